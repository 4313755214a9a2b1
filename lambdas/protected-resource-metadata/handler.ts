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
 * Serves protected resource metadata (RFC 9728 §3.1) for each MCP server's path. The root serves it only if there is
 * one server, because clients compare `resource` exactly and the root could match only one of several.
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
