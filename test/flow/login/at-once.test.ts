import { User } from '../../support/browser/user.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { callMcp, obtainSession, registerClient } from '../../support/http/oauth-requests.ts';

const USERS = 20;

const cloud = sharedCloud();

it(`${USERS} users who log in at the same moment are all served, even on a busy machine`, async () => {
  const client = await registerClient(cloud, { client_name: 'At once' });
  const logIn = async (_: unknown, index: number): Promise<number> => {
    const session = await obtainSession(cloud, { client, user: new User(cloud, `user-${index}`) });
    return (await callMcp(cloud.mcpUrl, session.accessToken)).status;
  };
  expect(await Promise.all(Array.from({ length: USERS }, logIn))).toEqual(Array(USERS).fill(200));
});
