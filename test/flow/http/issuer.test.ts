import { User } from '../../support/browser/user.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import {
  authorizationRequest,
  callbackParameters,
  obtainSession,
  registerClient,
} from '../../support/http/oauth-requests.ts';
import { rawRequest } from '../../support/http/raw-request.ts';

const cloud = sharedCloud();
const { host } = new URL(cloud.origin);

/** Every way in which the caller or an intermediary may name another host. */
const NAMINGS: [string, string[]][] = [
  ['nothing', []],
  ['Host in capitals', ['host', host.toUpperCase()]],
  ['X-Forwarded-*', ['x-forwarded-host', 'evil.test', 'x-forwarded-proto', 'https', 'x-forwarded-port', '444']],
  ['Forwarded', ['forwarded', 'host=evil.test;proto=https']],
  ['X-Original-Host and the like', ['x-original-host', 'evil.test', 'x-host', 'evil.test', 'x-original-url', '/evil']],
  ['another Host', ['host', 'evil.test']],
];

const documentAt = async (path: string, headers: string[]) => {
  const { status, body } = await rawRequest(`${cloud.origin}${path}`, { headers });
  // The edge may refuse a foreign Host (421 or 403), but must never use it.
  return status === 200 ? JSON.parse(body) : { refused: status };
};

describe('The issuer is one string everywhere (RFC 8414 §3.3, RFC 9207 §2.4, RFC 9068 §2.2)', () => {
  it.each(NAMINGS)('in the metadata, even if the request names another host: %s', async (what, headers) => {
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      const metadata = await documentAt(path, headers);
      if (what === 'another Host' && 'refused' in metadata) continue;
      expect(metadata.issuer).toBe(cloud.origin);
      for (const [name, value] of Object.entries(metadata)) {
        if (/_(endpoint|uri)$/.test(name)) expect(String(value).startsWith(`${cloud.origin}/`)).toBe(true);
      }
    }
    const resource = await documentAt('/.well-known/oauth-protected-resource/mcp', headers);
    if (what === 'another Host' && 'refused' in resource) return;
    expect(resource.authorization_servers).toEqual([cloud.origin]);
    expect(resource.resource).toBe(cloud.mcpUrl);
  });

  it.each(NAMINGS)('in the challenge: %s', async (what, headers) => {
    const { status, headers: answered } = await rawRequest(cloud.mcpUrl, { method: 'POST', headers });
    if (what === 'another Host' && status !== 401) return expect([403, 421]).toContain(status);
    expect(answered['www-authenticate']).toContain(
      `resource_metadata="${cloud.origin}/.well-known/oauth-protected-resource/mcp"`,
    );
  });

  it('in the iss parameter of a success and of an error, and in the iss claim', async () => {
    const client = await registerClient(cloud);
    const user = new User(cloud);
    const success = callbackParameters(await user.signIn(authorizationRequest(cloud, client).url));
    expect(success.getAll('iss')).toEqual([cloud.origin]);
    const denied = await user.signIn(authorizationRequest(cloud, client).url, { decision: 'deny' });
    expect(callbackParameters(denied).getAll('iss')).toEqual([cloud.origin]);
    const { accessToken } = await obtainSession(cloud, { client, user });
    expect(partsOf(accessToken).claims.iss).toBe(cloud.origin);
  });

  it('a forwarded host does not appear in the responses of /authorize and /token', async () => {
    const client = await registerClient(cloud);
    const headers = ['x-forwarded-host', 'evil.test', 'forwarded', 'host=evil.test'];
    const page = await rawRequest(authorizationRequest(cloud, client).url, { headers });
    expect(page.status).toBe(200);
    expect(JSON.stringify(page)).not.toContain('evil.test');
  });
});
