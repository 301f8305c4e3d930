import type * as Sdk from '@aws-sdk/client-dynamodb';
import { SessionConfigError } from '../../errors.js';
import { importPeer } from '../import-peer.js';
import type { DynamoDbClient } from './dynamodb.client.js';
import { isSdkClient } from './sdk-client.js';

const longestWaitSeconds = 120;

/**
 * Creates the sessions table with on-demand billing, and lets DynamoDB delete expired items. An existing table is left alone.
 * Resolves when the table is ready.
 *
 * @param client a `DynamoDBClient` of the AWS SDK 3, whose user may create tables
 * @param table its name; default: `sessions`
 * @publicApi
 */
export async function createSessionTable(client: DynamoDbClient, table = 'sessions'): Promise<void> {
  if (!isSdkClient(client)) {
    throw new SessionConfigError([
      { setting: 'client', problem: 'expected a DynamoDBClient of @aws-sdk/client-dynamodb' },
    ]);
  }
  const sdk = await importPeer(
    '@aws-sdk/client-dynamodb',
    'The DynamoDB store',
    () => import('@aws-sdk/client-dynamodb'),
  );
  const command = new sdk.CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  try {
    await client.send(command);
  } catch (error) {
    if (!(error instanceof sdk.ResourceInUseException)) throw error;
  }
  await sdk.waitUntilTableExists({ client, maxWaitTime: longestWaitSeconds, minDelay: 1 }, { TableName: table });
  await deleteWhatHasExpired(sdk, client, table);
}

async function deleteWhatHasExpired(sdk: typeof Sdk, client: Sdk.DynamoDBClient, table: string): Promise<void> {
  const { TimeToLiveDescription } = await client.send(new sdk.DescribeTimeToLiveCommand({ TableName: table }));
  const status = TimeToLiveDescription?.TimeToLiveStatus;
  if (status === 'ENABLED' || status === 'ENABLING') return;
  const specification = { Enabled: true, AttributeName: 'delete_at' };
  try {
    await client.send(new sdk.UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification: specification }));
  } catch (error) {
    // An emulator, as used in tests, that has no TTL.
    if (!(error instanceof Error && error.name === 'UnknownOperationException')) throw error;
  }
}
