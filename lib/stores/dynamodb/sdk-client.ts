import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isDynamoDbClient } from './dynamodb.client.js';

/** The same check, with the SDK's types. The options must not import these, since everybody's declarations include the options. */
export function isSdkClient(client: unknown): client is DynamoDBClient {
  return isDynamoDbClient(client);
}
