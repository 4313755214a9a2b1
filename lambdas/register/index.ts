import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../runtime/adapters/dynamodb/client-store.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
import { registerFlow } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const clients = new DynamoDbClientStore(dynamoDbClient(), config.clientsTable());

export const handler = endpoint(
  registerFlow({ issuer, allowLoopback: config.isLocalRun(issuer), clients, now: systemClock, log }),
  { log, cors: true, refusalEvent: 'client_refused' },
);
