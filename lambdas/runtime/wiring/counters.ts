import * as settings from '../../core/settings.ts';
import { dynamoDbCounterStore } from '../adapters/dynamodb/counter-store.ts';
import { awsService, read } from '../settings.ts';

/** Without the SDK, since functions that only count would import it for nothing else. */
export const counterStore = () =>
  dynamoDbCounterStore({ ...awsService('dynamodb'), tableName: read(settings.countersTable) });
