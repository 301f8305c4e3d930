/**
 * The DynamoDB store's client: a `DynamoDBClient` of the AWS SDK, version 3.
 *
 * @publicApi
 */
export interface DynamoDbClient {
  send(command: object): Promise<unknown>;
}

/** Whether `client` sends commands as clients of the AWS SDK 3 do; version 2 has a method per command instead. */
export function isDynamoDbClient(client: unknown): client is DynamoDbClient {
  if (typeof client !== 'object' || client === null) return false;
  return typeof Reflect.get(client, 'send') === 'function' && typeof Reflect.get(client, 'config') === 'object';
}
