import { OAuthError } from '../oauth-error.ts';

/** Path of protected resource metadata (RFC 9728 §3), to which the path of the resource is appended. */
export const PROTECTED_RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource';

/** Identifier of the protected resource at a path (RFC 9728 §1.2): the URL that users type to connect their client. */
export const resourceIdentifier = (issuer: string, path: string): string => `${issuer}${path}`;

/** URL of the metadata of the protected resource at a path (RFC 9728 §3.1). */
export const resourceMetadataUrl = (issuer: string, path: string): string =>
  `${issuer}${PROTECTED_RESOURCE_METADATA_PATH}${path}`;

/**
 * Normalizes a resource indicator for comparison: scheme and host in lower case, no default port, no trailing slash
 * (RFC 8707 §2, RFC 3986 §6.2).
 *
 * @returns undefined if it is not an absolute HTTP URI, or has user information, a query or a fragment
 */
export const canonicalResource = (resource: string): string | undefined => {
  const url = URL.parse(resource);
  if (!url || url.username || url.password || /[?#\s\\]/.test(resource)) return undefined;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
};

/**
 * The resource that a request is for (RFC 8707 §2). Clients of revisions before 2025-06-18 omit the parameter, and some send
 * the bare origin. Both mean the only resource of this server.
 *
 * @param requested all values of the `resource` parameter
 * @param resources identifiers of the resources behind this authorization server
 * @throws OAuthError `invalid_target`
 */
export const resolveResource = (requested: readonly string[], resources: readonly string[]): string => {
  const sole = resources.length === 1 ? resources[0] : undefined;
  if (requested.length === 0) {
    if (sole !== undefined) return sole;
    throw new OAuthError('invalid_target', 'This server has several resources. Name one with the resource parameter.');
  }
  const canonical = new Set(requested.map(canonicalResource));
  if (canonical.size > 1) {
    throw new OAuthError('invalid_target', 'A token is for one resource. Send the resource parameter once.');
  }
  const [wanted] = canonical;
  if (sole !== undefined && wanted === new URL(sole).origin) return sole;
  const resource = resources.find((known) => wanted !== undefined && canonicalResource(known) === wanted);
  if (resource === undefined) {
    throw new OAuthError('invalid_target', 'The requested resource does not exist on this server.', {
      detail: 'resource does not match any configured server',
    });
  }
  return resource;
};
