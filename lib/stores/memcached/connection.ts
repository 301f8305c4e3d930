import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import type { StoreLog } from '../store-context.js';
import { type Answer, checkVersion, evictionsIn, lineAnswer, metaAnswer, settingsIn, statsAnswer } from './answers.js';
import { type Command, toCommand } from './command.js';
import type { MemcachedServer, MetaReply, ServerSettings } from './memcached.client.js';
import { unavailable } from './memcached.errors.js';
import { ProtocolError, ReplyParser } from './reply-parser.js';
import type { ServerAddress } from './server-address.js';

/** Opens a stream to a server, e.g. by TLS. What is written before it is connected must wait until it is. */
export type OpenStream = (address: ServerAddress) => Duplex;

/** How long a server may say nothing while it has something to answer, its first words included. */
const silenceMs = 5_000;

/** A stream, and the commands that wait for an answer of it, in their order. */
interface Link {
  readonly stream: Duplex;
  readonly parser: ReplyParser;
  readonly sent: Command[];
  isCorked: boolean;
}

/**
 * One connection to a server, made anew whenever it breaks. A command waits for the attempt to connect that is under way,
 * and fails with it. It is never sent a second time: an answer that was lost leaves open whether a write took place, and
 * only the caller can find out.
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
    // Answered once the connection stands, and its settings are known by then.
    if (this.known === null) await this.ask('mn', lineAnswer('MN'));
    return this.known ?? { itemSizeMax: null, evicts: null };
  }

  async evictions(): Promise<number> {
    return evictionsIn(await this.ask('stats', statsAnswer()));
  }

  /** Ends the connection. What waits for an answer is rejected. */
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
    link.stream.on('close', () => this.fail(link, new Error('the server has closed the connection')));
    this.greet(link).then(
      (settings) => this.begin(link, settings),
      (error: unknown) => this.fail(link, error instanceof Error ? error : new Error('the server did not greet')),
    );
  }

  /**
   * Before anything else, that is before any bytes of a session: a server that does not know the meta commands would take
   * them for commands.
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
    // What is asked for in one turn of the event loop is sent together.
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
        if (command === undefined) throw new ProtocolError('an answer came to no command');
        if (command.take(reply)) link.sent.shift();
      }
    } catch (error) {
      this.fail(link, error instanceof Error ? error : new ProtocolError('an answer could not be read'));
    }
  }

  /** Gives the link up if what is to be answered next is still not answered when the time is over. */
  private watchOver(link: Link): NodeJS.Timeout {
    const [oldest] = link.sent;
    return setTimeout(() => {
      this.watch = null;
      const [next] = link.sent;
      if (next === undefined) return;
      if (next === oldest) this.fail(link, new Error(`it said nothing for ${String(silenceMs)} ms`));
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
          'need a session fail until it is back; the connection is tried again and again.',
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
