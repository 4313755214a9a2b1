import { callMcp } from '../http/oauth-requests.ts';
import type { ArrangedCloud } from './arranged-cloud.ts';
import type { EventLine } from './event-problems.ts';

const UNTIL = { N: '9999999999' };

/** The events of a request to the MCP server, while the list of revoked grants says that it is full. */
export const eventsWhileListIsFull = async (
  { cloud, watch }: ArrangedCloud,
  accessToken: string,
): Promise<readonly EventLine[]> => {
  const TableName = cloud.tableNamed('Keys');
  const Key = { id: { S: 'revoked' } };
  const one = { N: '1' };
  const Item = {
    ...Key,
    schemaVersion: one,
    version: one,
    grants: { M: {} },
    incompleteUntil: UNTIL,
    expiresAt: UNTIL,
  };
  await cloud.asOperator('dynamodb', 'PutItem', { TableName, Item });
  cloud.restart('Authorizer');
  const events = await watch.eventsOf(async () => {
    expect((await callMcp(cloud.mcpUrl, accessToken)).status).toBe(200);
  });
  await cloud.asOperator('dynamodb', 'DeleteItem', { TableName, Key });
  cloud.restart('Authorizer');
  return events;
};
