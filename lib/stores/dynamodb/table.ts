import type * as Sdk from '@aws-sdk/client-dynamodb';
import { importPeer } from '../import-peer.js';
import { unavailable } from './dynamodb.errors.js';

export type Item = Record<string, Sdk.AttributeValue>;

export interface ItemKey {
  /** The partition key. */
  readonly pk: string;
  /** The sort key. */
  readonly sk: string;
}

/** The condition of a change, and the values in it. */
export interface Condition {
  readonly text: string;
  readonly values?: Item;
}

/** The result of a conditional change: done, with the item as it was before; or rejected, with the item as it is. */
export type Change =
  | { readonly done: true; readonly before: Item | null }
  | { readonly done: false; readonly now: Item | null };

/** The commands that the store sends to its table. Reads are consistent: a stale read would show an ended session. */
export class Table {
  private sdk: Promise<typeof Sdk> | null = null;

  constructor(
    private readonly client: Sdk.DynamoDBClient,
    private readonly name: string,
    /** Aborts running and future requests. */
    private readonly end: AbortSignal,
  ) {}

  async get(key: ItemKey): Promise<Item | null> {
    const { GetItemCommand } = await this.load();
    const command = new GetItemCommand({ TableName: this.name, Key: toKey(key), ConsistentRead: true });
    const { Item: item } = await this.client.send(command, this.sending).catch(this.refuse);
    return item ?? null;
  }

  /** @param wants whether to return the previous item, which may be large */
  async put(key: ItemKey, item: Item, condition: Condition | null, wants: 'before' | 'nothing'): Promise<Change> {
    const { PutItemCommand } = await this.load();
    const command = new PutItemCommand({
      TableName: this.name,
      Item: { ...toKey(key), ...item },
      ReturnValues: wants === 'before' ? 'ALL_OLD' : 'NONE',
      ...toCondition(condition),
    });
    return this.change(key, this.client.send(command, this.sending));
  }

  /** @param update an update expression; its values are among those of the condition */
  async update(key: ItemKey, update: string, condition: Condition): Promise<Change> {
    const { UpdateItemCommand } = await this.load();
    const input = { TableName: this.name, Key: toKey(key), UpdateExpression: update, ...toCondition(condition) };
    return this.change(key, this.client.send(new UpdateItemCommand(input), this.sending));
  }

  async delete(key: ItemKey, condition: Condition | null): Promise<Change> {
    const { DeleteItemCommand } = await this.load();
    const input = { TableName: this.name, Key: toKey(key), ReturnValues: 'ALL_OLD' as const };
    return this.change(
      key,
      this.client.send(new DeleteItemCommand({ ...input, ...toCondition(condition) }), this.sending),
    );
  }

  /** The items of one partition, ordered by sort key. */
  async *query(pk: string): AsyncGenerator<Item, void, undefined> {
    const { QueryCommand } = await this.load();
    let start: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      });
      const page = await this.client.send(command, this.sending).catch(this.refuse);
      yield* page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  private async change(key: ItemKey, sent: Promise<{ Attributes?: Item | undefined }>): Promise<Change> {
    try {
      const { Attributes: before } = await sent;
      return { done: true, before: before ?? null };
    } catch (error) {
      const refused = await this.refusal(error);
      // Some emulators do not return the item with the rejection.
      return { done: false, now: refused.item ?? (await this.get(key)) };
    }
  }

  /** @throws any error other than a failed condition */
  private async refusal(error: unknown): Promise<{ readonly item: Item | undefined }> {
    const { ConditionalCheckFailedException } = await this.load();
    if (error instanceof ConditionalCheckFailedException) return { item: error.Item };
    return this.refuse(error);
  }

  private get sending(): { readonly abortSignal: AbortSignal } {
    return { abortSignal: this.end };
  }

  private load(): Promise<typeof Sdk> {
    this.sdk ??= importPeer('@aws-sdk/client-dynamodb', 'The DynamoDB store', () => import('@aws-sdk/client-dynamodb'));
    return this.sdk;
  }

  private readonly refuse = (error: unknown): never => {
    throw unavailable(error, this.name);
  };
}

function toKey({ pk, sk }: ItemKey): Item {
  return { pk: { S: pk }, sk: { S: sk } };
}

interface ConditionInput {
  ConditionExpression?: string;
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
  ExpressionAttributeValues?: Item;
}

function toCondition(condition: Condition | null): ConditionInput {
  if (condition === null) return {};
  return {
    ConditionExpression: condition.text,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ...(condition.values === undefined ? {} : { ExpressionAttributeValues: condition.values }),
  };
}
