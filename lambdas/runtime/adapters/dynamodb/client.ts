import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SDK_LIMITS } from '../sdk-limits.ts';

let client: DynamoDBClient | undefined;

/** The one DynamoDB client of a function, made at cold start and shared by its stores. */
export const dynamoDbClient = (): DynamoDBClient => (client ??= new DynamoDBClient(SDK_LIMITS));
