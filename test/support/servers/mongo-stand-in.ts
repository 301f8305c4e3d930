import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Long } from 'mongodb';
import { type Fields, isFields, MongoDocuments } from './mongo-documents.js';
import { answerTo, MessageReader, type WireMessage } from './mongo-wire.js';
import { freePort } from './server-process.js';

/** What is to become of a command, besides being obeyed. */
export type Mishap =
  /** It is not obeyed, and answered with this. */
  | { readonly answer: Fields }
  /** It is obeyed, and the connection is cut instead of an answer. */
  | 'lost answer'
  /** It is not obeyed, and there is no answer. */
  | 'silence';

/**
 * Stands in for a MongoDB server: it speaks the protocol to MongoDB's own driver, and knows the few commands that the session
 * store sends. **It is no MongoDB**: it shows what the store sends, and what it makes of the answers, not what MongoDB does.
 */
export class MongoStandIn {
  /** Every command since it was started, but greetings. */
  readonly commands: Fields[] = [];
  private readonly collections = new Map<string, MongoDocuments>();
  private readonly mishaps = new Map<string, Mishap[]>();
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;

  private constructor(readonly port: number) {}

  static async start(samePort?: number): Promise<MongoStandIn> {
    const port = samePort ?? (await freePort());
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const standIn = new MongoStandIn(port);
    standIn.server = server.on('connection', (socket) => {
      standIn.serve(socket);
    });
    return standIn;
  }

  get url(): string {
    return `mongodb://127.0.0.1:${String(this.port)}/shop`;
  }

  get connections(): number {
    return this.sockets.size;
  }

  collection(name: string): MongoDocuments {
    const found = this.collections.get(name) ?? new MongoDocuments();
    this.collections.set(name, found);
    return found;
  }

  /** What becomes of the next commands of a name, one after the other. */
  happen(command: string, ...mishaps: readonly Mishap[]): void {
    this.mishaps.set(command, [...mishaps]);
  }

  async stop(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (server === null) return;
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(server, 'close');
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    // A client that goes away without a word is none of its business.
    socket.on('error', () => socket.destroy());
    const reader = new MessageReader();
    socket.on('data', (chunk) => {
      for (const message of reader.take(chunk)) this.answer(message, socket);
    });
  }

  private answer(message: WireMessage, socket: Socket): void {
    const { command } = message;
    const [name = ''] = Object.keys(command);
    const isGreeting = ['hello', 'ismaster', 'isMaster'].includes(name);
    if (!isGreeting) this.commands.push(command);
    const mishap = this.mishaps.get(name)?.shift();
    if (mishap === 'silence') return;
    const answer = mishap === undefined || mishap === 'lost answer' ? this.obey(name, command) : mishap.answer;
    if (mishap === 'lost answer') socket.destroy();
    else socket.write(answerTo(message, { ok: 1, ...answer }));
  }

  private obey(name: string, command: Fields): Fields {
    const collection = String(command[name]);
    const documents = this.collection(collection);
    const namespace = `${String(command['$db'])}.${collection}`;
    switch (name) {
      case 'hello':
      case 'ismaster':
      case 'isMaster':
        return greeting();
      case 'endSessions':
      case 'ping':
        return {};
      case 'find':
        return {
          cursor: { id: Long.ZERO, ns: namespace, firstBatch: documents.find(fields(command['filter'])) },
        };
      case 'insert': {
        const [document = {}] = documentsIn(command, 'documents');
        return documents.insert(document) ? { n: 1 } : { n: 0, writeErrors: [duplicate(document)] };
      }
      case 'update': {
        const [{ q: filter = {}, u: change = {} } = {}] = documentsIn(command, 'updates');
        const matched = documents.update(fields(filter), fields(change));
        return { n: matched, nModified: matched };
      }
      case 'delete': {
        const [{ q: filter = {}, limit } = {}] = documentsIn(command, 'deletes');
        return { n: documents.delete(fields(filter), Number(limit)) };
      }
      case 'createIndexes':
        documents.indexes.push(...documentsIn(command, 'indexes'));
        return {};
      default:
        return { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: `no such command: '${name}'` };
    }
  }
}

function greeting(): Fields {
  return {
    isWritablePrimary: true,
    helloOk: true,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: 1,
    minWireVersion: 0,
    maxWireVersion: 25,
    readOnly: false,
  };
}

function duplicate({ _id: id }: Fields): Fields {
  const errmsg = `E11000 duplicate key error collection: shop.sessions index: _id_ dup key: { _id: "${String(id)}" }`;
  return { index: 0, code: 11_000, errmsg };
}

function documentsIn(command: Fields, name: string): Fields[] {
  const found = command[name];
  if (!Array.isArray(found)) throw new Error(`The command has no ${name}.`);
  return found.map(fields);
}

function fields(value: unknown): Fields {
  if (isFields(value)) return value;
  throw new Error('The command has something else where a document should be.');
}
