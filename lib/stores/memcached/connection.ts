import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import type { StoreLog } from '../store-context.js';
import { type Answer, checkVersion, evictionsIn, lineAnswer, metaAnswer, settingsIn, statsAnswer } from './answers.js';
import { type Command, toCommand } from './command.js';
import type { MemcachedServer, MetaReply, ServerSettings } from './memcached.client.js';
import { unavailable } from './memcached.errors.js';
import { ProtocolError, ReplyParser } from './reply-parser.js';
import type { ServerAddress } from './server-address.js';

/** Opens a stream to a server, e.g. with TLS. Writes before it is connected must be buffered. */
export type OpenStream = (address: ServerAddress) => Duplex;

/** How long a server may be silent while a reply is due, its first one included. In ms. */
const silenceMs = 5_000;

/** A stream and the commands that wait for its replies, in order. */
interface Link {
  readonly stream: Duplex;
  readonly parser: ReplyParser;
  readonly sent: Command[];
  isCorked: boolean;
}

/**
 * One connection to a server, reopened whenever it breaks. A command waits for the current connection attempt, and fails with
 * it. It is never sent twice: if a reply was lost, only the caller can find out whether the write took place.
 */
export class Connection implements MemcachedServer {
  readonly name: string;
  private link: Link | null = null;
  private known: ServerSettings | null = null;
  private held: Command[] = [];
  private lastError: Error | null = null;
  private attempts = 0;
  private retry: NodeJS.Timeout | null = null;
  private watch: NodeJS.Timeout | null = null;

  constructor(
    private readonly address: ServerAddress,
    private readonly log: StoreLog,
    private readonly open: OpenStream = openTcp,
  ) {
    this.name = address.name;
    this.connect();
  }

  request(command: string, body?: Uint8Array): Promise<MetaReply> {
    return this.ask(command, metaAnswer(), body);
  }

  async settings(): Promise<ServerSettings> {
    // The command is answered once the connection is open, and by then its settings are known.
    if (this.known === null) await this.ask('mn', lineAnswer('MN'));
    return this.known ?? { itemSizeMax: null, evicts: null };
  }

  async evictions(): Promise<number> {
    return evictionsIn(await this.ask('stats', statsAnswer()));
  }

  /** Closes the connection. Pending commands are rejected. */
  close(): void {
    this.drop(new Error('the connection was closed'));
  }

  private ask<T>(line: string, answer: Answer<T>, body?: Uint8Array): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const command = toCommand(line, body, answer, resolve, (error) => reject(unavailable(error, this.name)));
      if (this.link === null) command.reject(this.lastError ?? new Error('the connection was closed'));
      else if (this.known === null) this.held.push(command);
      else this.send(this.link, command);
    });
  }

  private connect(): void {
    this.retry = null;
    let stream: Duplex;
    try {
      stream = this.open(this.address);
    } catch (error) {
      this.tryAgainLater(error instanceof Error ? error : new Error('the connection could not be opened'));
      return;
    }
    const link: Link = { stream, parser: new ReplyParser(), sent: [], isCorked: false };
    this.link = link;
    this.known = null;
    link.stream.on('data', (piece: Buffer) => this.receive(link, piece));
    link.stream.on('error', (error) => this.fail(link, error));
    link.stream.on('close', () => this.fail(link, new Error('the server closed the connection')));
    this.greet(link).then(
      (settings) => this.begin(link, settings),
      (error: unknown) =>
        this.fail(link, error instanceof Error ? error : new Error('the server did not answer the first command')),
    );
  }

  /**
   * Sent before anything else, above all before a session's bytes: a server that does not know the meta commands would read
   * them as commands.
   */
  private async greet(link: Link): Promise<ServerSettings> {
    const ask = <T>(line: string, answer: Answer<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        this.send(link, toCommand(line, undefined, answer, resolve, reject));
      });
    const [version, , stats] = await Promise.all([
      ask('version', lineAnswer('VERSION')),
      ask('mn', lineAnswer('MN')),
      ask('stats settings', statsAnswer()),
    ]);
    checkVersion(version);
    return settingsIn(stats);
  }

  private begin(link: Link, settings: ServerSettings): void {
    if (this.link !== link) return;
    this.known = settings;
    this.attempts = 0;
    if (this.lastError !== null) this.log.warn(`memcached at ${this.name} (SESSION_MEMCACHED) is back.`);
    this.lastError = null;
    for (const command of this.held.splice(0)) this.send(link, command);
  }

  private send(link: Link, command: Command): void {
    link.sent.push(command);
    this.watch ??= this.watchOver(link);
    // Commands of one turn of the event loop are sent together.
    if (!link.isCorked) {
      link.isCorked = true;
      link.stream.cork();
      process.nextTick(uncork, link);
    }
    link.stream.write(`${command.line}\r\n`, 'latin1');
    if (command.body === undefined) return;
    link.stream.write(command.body);
    link.stream.write('\r\n', 'latin1');
  }

  private receive(link: Link, piece: Buffer): void {
    if (this.link !== link) return;
    try {
      for (const reply of link.parser.push(piece)) {
        const [command] = link.sent;
        if (command === undefined) throw new ProtocolError('a reply came without a command');
        if (command.take(reply)) link.sent.shift();
      }
    } catch (error) {
      this.fail(link, error instanceof Error ? error : new ProtocolError('a reply could not be read'));
    }
  }

  /** Closes the link if the next reply is still missing when the time is up. */
  private watchOver(link: Link): NodeJS.Timeout {
    const [oldest] = link.sent;
    return setTimeout(() => {
      this.watch = null;
      const [next] = link.sent;
      if (next === undefined) return;
      if (next === oldest) this.fail(link, new Error(`it was silent for ${String(silenceMs)} ms`));
      else this.watch = this.watchOver(link);
    }, silenceMs).unref();
  }

  private fail(link: Link, error: Error): void {
    if (this.link !== link) return;
    this.drop(error);
    this.tryAgainLater(error);
  }

  private tryAgainLater(error: Error): void {
    if (this.lastError === null) {
      this.log.error(
        `memcached at ${this.name} (SESSION_MEMCACHED) cannot be reached: ${error.message || error.name}. Requests that ` +
          'need a session fail until it is back; the connection is being retried.',
      );
    }
    this.lastError = error;
    this.attempts++;
    this.retry = setTimeout(() => this.connect(), Math.min(50 * this.attempts, 500)).unref();
  }

  private drop(error: Error): void {
    const { link } = this;
    this.link = null;
    if (this.retry !== null) clearTimeout(this.retry);
    if (this.watch !== null) clearTimeout(this.watch);
    this.retry = this.watch = null;
    if (link === null) return;
    link.stream.destroy();
    for (const command of [...link.sent.splice(0), ...this.held.splice(0)]) command.reject(error);
  }
}

function uncork(link: Link): void {
  link.isCorked = false;
  link.stream.uncork();
}

function openTcp({ host, port }: ServerAddress): Duplex {
  const socket = connectTcp({ host, port });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
}
