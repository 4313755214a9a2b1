import * as settings from '../../core/settings.ts';
import { dynamoDbClient } from '../adapters/aws-clients.ts';
import { DynamoDbClientStore } from '../adapters/dynamodb/client-store.ts';
import { DynamoDbGrantDirectory } from '../adapters/dynamodb/grant-directory.ts';
import { DynamoDbGrantStore } from '../adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../adapters/dynamodb/key-ring-store.ts';
import { DynamoDbRevokedGrantStore } from '../adapters/dynamodb/revoked-grant-store.ts';
import { DynamoDbTransactionStore } from '../adapters/dynamodb/transaction-store.ts';
import { read } from '../settings.ts';

// One store per table, each over the function's one DynamoDB client.

export const clientStore = () => new DynamoDbClientStore(dynamoDbClient(), read(settings.clientsTable));
export const transactionStore = () => new DynamoDbTransactionStore(dynamoDbClient(), read(settings.transactionsTable));
export const grantStore = () => new DynamoDbGrantStore(dynamoDbClient(), read(settings.grantsTable));
export const grantDirectory = () => new DynamoDbGrantDirectory(dynamoDbClient(), read(settings.grantsTable));
export const keyRingStore = () => new DynamoDbKeyRingStore(dynamoDbClient(), read(settings.keysTable));
export const revokedGrantStore = () => new DynamoDbRevokedGrantStore(dynamoDbClient(), read(settings.keysTable));
