import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SDK_LIMITS } from '../sdk-limits.ts';

/** The one DynamoDB client of a function, made at cold start and reused. */
export const dynamoDbClient = (): DynamoDBClient => new DynamoDBClient(SDK_LIMITS);
