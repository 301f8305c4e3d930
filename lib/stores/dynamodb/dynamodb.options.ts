import { instance, text, url } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { type DynamoDbClient, isDynamoDbClient } from './dynamodb.client.js';
import { tableExpected, tablePattern } from './table-name.js';

export const dynamodbOptions = group("The DynamoDB store: `type: 'dynamodb'`.", {
  endpoint: option<string | null>({
    env: 'SESSION_DYNAMODB',
    kind: url(['http', 'https'], { nullable: true }),
    default: null,
    defaultText: 'that of the region',
    meaning: 'The endpoint of DynamoDB, if it is not that of the region in AWS_REGION. DynamoDB store only.',
  }),
  table: option<string>({
    env: 'SESSION_DYNAMODB_TABLE',
    kind: text({ pattern: tablePattern, expected: tableExpected }),
    default: 'sessions',
    meaning: 'The table of the DynamoDB store, as created by createSessionTable().',
  }),
  client: option<DynamoDbClient | null>({
    env: null,
    kind: instance<DynamoDbClient>('a DynamoDBClient of @aws-sdk/client-dynamodb', (value): value is DynamoDbClient =>
      isDynamoDbClient(value),
    ),
    default: null,
    meaning: 'Your DynamoDBClient: it is used as it is, and never closed. Takes precedence over the endpoint.',
  }),
});
