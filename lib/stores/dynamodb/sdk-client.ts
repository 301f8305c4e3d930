import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isDynamoDbClient } from './dynamodb.client.js';

/** The same, for the files that have the SDK's types: the options, which everybody's declarations lead to, have not. */
export function isSdkClient(client: unknown): client is DynamoDBClient {
  return isDynamoDbClient(client);
}
