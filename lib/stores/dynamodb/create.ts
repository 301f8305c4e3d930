import type { ResolvedOptions } from '../../config/option.js';
import { importPeer } from '../import-peer.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import type { dynamodbOptions } from './dynamodb.options.js';
import { DynamoDbStore } from './dynamodb.store.js';

/**
 * Makes the store from the module's options: with the client that was handed in, or one that takes region and credentials
 * from where the AWS SDK finds them, and is closed with the store.
 *
 * @throws SessionPeerMissingError where a client is to be made and @aws-sdk/client-dynamodb is not installed
 */
export async function create(
  options: ResolvedOptions<typeof dynamodbOptions>,
  context: StoreContext = standaloneContext,
): Promise<DynamoDbStore> {
  const { endpoint, table } = options;
  if (options.client !== null) return new DynamoDbStore({ client: options.client, table }, context);
  const { DynamoDBClient } = await importPeer(
    '@aws-sdk/client-dynamodb',
    'The DynamoDB store',
    () => import('@aws-sdk/client-dynamodb'),
  );
  const client = new DynamoDBClient({
    ...(endpoint === null ? {} : { endpoint }),
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: 5_000,
      // Without the one it waits on, without the other it warns of those who wait for a connection: both on the console.
      throwOnRequestTimeout: true,
      socketAcquisitionWarningTimeout: 60_000,
    },
  });
  return new DynamoDbStore({ client, table }, context, () => {
    client.destroy();
  });
}
