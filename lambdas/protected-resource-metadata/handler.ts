import { PROTECTED_RESOURCE_METADATA_PATH } from '../core/authorization/resources.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { protectedResourceMetadata } from '../core/server-metadata.ts';
import { type Handler, json } from '../runtime/http/messages.ts';

export interface ProtectedResourceMetadataDeps {
  readonly issuer: string;
  readonly servers: Readonly<
    Record<string, { readonly name?: string | undefined; readonly requiredScopes: readonly string[] }>
  >;
}

/**
 * Protected resource metadata (RFC 9728 §3.1): at the path of each server and, while there is only one, at the root too.
 * With several the root could equal none of them, and clients compare `resource` exactly.
 */
export const protectedResourceMetadataHandler =
  (deps: ProtectedResourceMetadataDeps): Handler =>
  async (request) => {
    const suffix = request.path.slice(PROTECTED_RESOURCE_METADATA_PATH.length).replace(/\/$/, '');
    const [sole, ...others] = Object.keys(deps.servers);
    const path = suffix === '' && others.length === 0 ? sole : suffix;
    const server = path !== undefined && Object.hasOwn(deps.servers, path) ? deps.servers[path] : undefined;
    if (path === undefined || server === undefined) {
      throw new OAuthError('not_found', 'There is no protected resource at this path.');
    }
    return json(200, protectedResourceMetadata(deps.issuer, path, server), {
      'cache-control': 'public, max-age=300',
    });
  };
