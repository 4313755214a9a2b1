import { type CloudWithProviders, logInAt, type ProviderId } from '../cloud/cloud-with-providers.ts';
import { partsOf } from '../credentials/forged-token.ts';
import { callbackParameters, obtainSession, type RegisteredClient } from '../http/oauth-requests.ts';

/** Expects the page for an untrusted response: no code is issued, and the upstream code is not sent again. */
export const expectDistrustAt = async (
  gate: CloudWithProviders,
  client: RegisteredClient,
  id: ProviderId = 'company',
): Promise<void> => {
  const seen = await logInAt(gate, client, id);
  expect([seen.status, seen.left]).toEqual([403, undefined]);
  expect(seen.html).toContain('could not be verified');
  expect(gate.providers[id].seen(id === 'github' ? '/login/oauth/access_token' : '/token')).toHaveLength(1);
};

/** Expects the page for a user whom no access rule admits. */
export const expectNoAccessAt = async (
  gate: CloudWithProviders,
  client: RegisteredClient,
  id: ProviderId = 'company',
): Promise<void> => {
  const seen = await logInAt(gate, client, id);
  expect([seen.status, seen.left]).toEqual([403, undefined]);
  expect(seen.html).toContain('This account does not have access');
};

/** Expects an authorization code. */
export const expectWelcomeAt = async (
  gate: CloudWithProviders,
  client: RegisteredClient,
  id: ProviderId = 'company',
): Promise<void> => {
  expect(callbackParameters(await logInAt(gate, client, id)).get('code')).toMatch(/^gh_ac_/);
};

/** The subject that Gatehouse derives from the provider's identity. */
export const subjectOfLoginAt = async (
  gate: CloudWithProviders,
  client: RegisteredClient,
  id: ProviderId,
): Promise<unknown> => {
  const { accessToken } = await obtainSession(gate.cloud, { client, user: gate.user(), provider: id });
  return partsOf(accessToken).claims.sub;
};
