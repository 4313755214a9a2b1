import { User } from '../../support/browser/user.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { callMcp, identityIn, obtainSession } from '../../support/http/oauth-requests.ts';

// With {"kind": "cognito"} the stack creates the user pool, so the deployment needs no other provider.

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

describe('A user pool that the stack creates', () => {
  it('is replaced locally by the development provider', () => {
    expect(cloud.output()).toMatch(/Not run here .*\d × user pool/);
    expect(cloud.output()).toContain('development provider that behaves like cognito');
    expect(cloud.output()).not.toContain('put-secret-value');
  });

  it('a user gets from consent to a tool call that knows them', async () => {
    const session = await obtainSession(cloud, { user: new User(cloud, 'ada') });
    const answer = await callMcp(cloud.mcpUrl, session.accessToken);
    expect(answer.status).toBe(200);
    expect(identityIn(answer)).toMatchObject({ email: 'ada@example.com', identityProvider: 'cognito' });
  });
});
