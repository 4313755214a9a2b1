import { systemClock } from '../shared/adapters/clock.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../shared/adapters/dynamodb/client-store.ts';
import { measuredLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { registerFlow } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const clients = new DynamoDbClientStore(dynamoDbClient(), config.clientsTable());

export const handler = endpoint(
  registerFlow({ issuer, allowLoopback: config.isLocalRun(issuer), clients, now: systemClock, log }),
  { log, cors: true, refusalEvent: 'client_refused' },
);
