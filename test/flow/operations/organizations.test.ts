import { User } from '../../support/browser/user.ts';
import { type OpenCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { callMcp, obtainSession, refresh } from '../../support/http/oauth-requests.ts';

describe('A stack as an organization demands it', () => {
  let cloud: OpenCloud;
  beforeAll(async () => {
    cloud = await startLocalCloud({
      config: {
        permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',
        kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        tags: { team: 'identity' },
      },
    });
  }, 60_000);
  afterAll(() => cloud?.stop());

  it('serves a login, a call and a refresh, with the rights that its key needs', async () => {
    const session = await obtainSession(cloud, { user: new User(cloud) });
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
    expect(cloud.output()).not.toContain('request_failed');
  });
});
