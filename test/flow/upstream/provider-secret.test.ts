import { User } from '../../support/browser/user.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { authorizationRequest, callMcp, obtainSession, registerClient } from '../../support/http/oauth-requests.ts';
import { freePortPair } from '../../support/memory/ports.ts';
import { startUpstreamProvider, type UpstreamProvider } from '../../support/providers/upstream-provider.ts';

// The secret of one identity provider is empty, then stored, then changed, while the cloud runs.

let upstream: UpstreamProvider;
let cloud: LocalCloud;
beforeAll(async () => {
  const [port, upstreamPort] = [await freePortPair(), await freePortPair()];
  upstream = await startUpstreamProvider('my-idp', { port: upstreamPort, cloudPort: port });
  const own = { kind: 'oidc', issuer: upstream.issuer, displayName: 'My login' };
  cloud = await startLocalCloud({ port, config: { identityProviders: { company: null, 'my-idp': own } } });
}, 60_000);
afterAll(async () => {
  await cloud?.stop();
  await upstream?.close();
});

const user = (login = 'ada') => new User(cloud, login, [upstream.origin]);

const tryToLogIn = async () => {
  const { url } = authorizationRequest(cloud, await registerClient(cloud));
  return user().signIn(url);
};

const worksFor = async (login: string) => {
  const session = await obtainSession(cloud, { user: user(login) });
  return (await callMcp(cloud.mcpUrl, session.accessToken)).status;
};

const COMMAND =
  /aws secretsmanager put-secret-value --region us-east-1 --secret-id arn:aws:secretsmanager:\S+Providermyidp\S+ --secret-string/;

describe('The secret of an identity provider', () => {
  it('while it is empty, the user sees an error page, and the log and /health name what to do', async () => {
    const health = await fetch(`${cloud.origin}/health`);
    expect([health.status, await health.json()]).toEqual([
      200,
      {
        status: 'degraded',
        problems: [
          'identity provider "my-idp": no secret yet; run the command that cdk deploy printed as SecretCommandMyIdp',
        ],
      },
    ]);
    const before = cloud.output().length;
    const seen = await tryToLogIn();
    expect([seen.status, seen.html]).toEqual([503, expect.stringContaining('Signing in with My login is not set up')]);
    await cloud.until((output) => COMMAND.test(output.slice(before)));
    expect(
      cloud
        .output()
        .slice(before)
        .split('\n')
        .find((line) => COMMAND.test(line)),
    ).toMatch(/login_failed/);
  });

  it('after it is stored, the next login works without a restart', async () => {
    await upstream.storeCredentials(cloud);
    expect(await worksFor('ada')).toBe(200);
  });

  it('#167 after it is changed, the first login works, although the old secret is still cached', async () => {
    upstream.changeSecret('another-secret-that-the-test-knows');
    await upstream.storeCredentials(cloud);
    expect(await worksFor('grace')).toBe(200);
  });

  it('if it is changed at the provider first, logins fail with a page until the new secret is stored', async () => {
    upstream.changeSecret('a-third-secret-that-the-test-knows');
    const seen = await tryToLogIn();
    expect([seen.status, seen.html]).toEqual([503, expect.stringContaining('Signing in with My login is not set up')]);
    await upstream.storeCredentials(cloud);
    expect(await worksFor('ada')).toBe(200);
  });
});
