import { User } from '../../support/browser/user.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { authorizationRequest, obtainCode, registerClient } from '../../support/http/oauth-requests.ts';

const cloud = sharedCloud();

describe('Consent before the identity provider (MCP security best practices, confused deputy)', () => {
  it('#125: a second client in the same browser gets the consent page, not a redirect to the provider', async () => {
    const user = new User(cloud, 'dana');
    const first = await registerClient(cloud, { client_name: 'A program that dana trusts' });
    await obtainCode(cloud, first, { user });

    const second = await registerClient(cloud, { client_name: 'Another program' });
    const seen = await user.open(authorizationRequest(cloud, second).url);
    expect({ status: seen.status, origin: seen.url.origin, left: seen.left }).toEqual({
      status: 200,
      origin: cloud.origin,
      left: undefined,
    });
    expect(seen.html).toContain('Another program');
  });

  it('#128: the same client gets the consent page every time', async () => {
    const user = new User(cloud, 'dora');
    const client = await registerClient(cloud);
    await obtainCode(cloud, client, { user });
    const seen = await user.open(authorizationRequest(cloud, client).url);
    expect(seen.left).toBeUndefined();
    expect(seen.html).toContain('name="decision"');
  });
});
