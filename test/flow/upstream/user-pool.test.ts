import { User } from '../../support/browser/user.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { callMcp, identityIn, obtainSession } from '../../support/http/oauth-requests.ts';

// A deployment that needs no account anywhere else: {"kind": "cognito"}, and the stack makes the user pool.

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({
    config: {
      identityProviders: { company: null, cognito: { kind: 'cognito' } },
      servers: { '/mcp': { identity: ['email'] } },
    },
  });
}, 60_000);
afterAll(() => cloud?.stop());

describe('A user pool that the stack makes', () => {
  it('is not run here: the development provider answers in its place', () => {
    expect(cloud.output()).toMatch(/Not run here .*\d × user pool/);
    expect(cloud.output()).toContain('development provider that behaves like cognito');
    expect(cloud.output()).not.toContain('put-secret-value');
  });

  it('from consent to a tool call that knows who it is', async () => {
    const session = await obtainSession(cloud, { user: new User(cloud, 'ada') });
    const answer = await callMcp(cloud.mcpUrl, session.accessToken);
    expect(answer.status).toBe(200);
    expect(identityIn(answer)).toMatchObject({ email: 'ada@example.com', identityProvider: 'cognito' });
  });
});
