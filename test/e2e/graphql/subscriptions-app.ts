import { createParamDecorator, UseGuards, type ExecutionContext } from '@nestjs/common';
import { Field, ObjectType, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { createClient, type Client } from 'graphql-ws';
import { AuthService, CurrentUser, SessionAuthGuard, SessionService } from 'nestjs-session-auth';
import { EventEmitter, on } from 'node:events';
import { WebSocket } from 'ws';
import { SessionRuntime } from '../../../lib/http/session-runtime.js';
import type { RunningApp } from '../../support/app.js';
import type { CookieJar } from '../../support/jar.js';
import { startGraphql, type GraphqlResult, type GraphqlServer, type GraphqlSetup } from './graphql-app.js';

@ObjectType()
class Tick {
  @Field(() => Number)
  number!: number;
}

const CallContext = createParamDecorator((_: unknown, context: ExecutionContext) => context);

/** The signals that the query `watching` has asked for. */
export const signals: AbortSignal[] = [];

/** What subscribers get; each of them is a listener. */
const ticks = new EventEmitter();

interface Payload {
  readonly number: number;
}

@Resolver(() => Tick)
class TickResolver {
  constructor(private readonly sessions: SessionService) {}

  @Subscription(() => Tick, { resolve: ([payload]: [Payload]) => payload })
  open() {
    return on(ticks, 'tick');
  }

  @UseGuards(SessionAuthGuard)
  @Subscription(() => Tick, { resolve: ([payload]: [Payload]) => payload })
  guarded() {
    return on(ticks, 'tick');
  }

  @Query(() => Boolean)
  watching(@CallContext() context: ExecutionContext): boolean {
    signals.push(this.sessions.ended(context));
    return true;
  }

  @ResolveField(() => String, { nullable: true })
  user(@CurrentUser('id') id: string | null, @Parent() _tick: Payload): string | null {
    return id;
  }
}

/** An application with subscriptions. */
export async function startSubscriptions(server: GraphqlServer, setup: GraphqlSetup = {}): Promise<SubscriptionsApp> {
  const running = await startGraphql(server, {
    ...setup,
    graphql: { ...setup.graphql, isSubscribing: true },
    providers: [TickResolver, ...(setup.providers ?? [])],
  });
  return new SubscriptionsApp(running);
}

export class SubscriptionsApp {
  readonly #sockets: Socket[] = [];

  constructor(readonly running: RunningApp) {}

  get auth(): AuthService {
    return this.running.app.get(AuthService);
  }

  /** How many logins sockets and responses depend on. */
  get held(): number {
    return this.running.app.get(SessionRuntime).heldLogins.size;
  }

  /** Opens a socket, as a page of the application does. */
  connect(jar: CookieJar | null, headers: Record<string, string> = { origin: this.running.url }): Socket {
    // Node's `fetch` is the browser that has logged in.
    const own = { 'user-agent': 'node', ...(jar === null ? {} : { cookie: jar.header }) };
    const socket = new Socket(this.running.url, { ...own, ...headers });
    this.#sockets.push(socket);
    return socket;
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.close()));
    await this.running.close();
  }
}

/** Sends a value to all subscribers. */
export function publish(number: number): void {
  ticks.emit('tick', { number });
}

export function subscribers(): number {
  return ticks.listenerCount('tick');
}

/** What a client of graphql-ws hears about one operation. */
export class Operation {
  readonly results: GraphqlResult[] = [];
  /** Settles when the operation is over: with the code and reason of a closed socket, or the errors of the operation. */
  readonly over: Promise<unknown>;

  constructor(client: Client, query: string) {
    this.over = new Promise((resolve) => {
      client.subscribe(
        { query },
        {
          next: (result) => {
            this.results.push(result as GraphqlResult);
          },
          error: resolve,
          complete: () => {
            resolve('complete');
          },
        },
      );
    });
  }
}

export class Socket {
  readonly #client: Client;
  /** How often it has been opened: a client may connect again. */
  opened = 0;

  constructor(
    url: string,
    headers: Record<string, string>,
    /** What is sent first. */
    private connectionParams: Record<string, unknown> = {},
  ) {
    class PageSocket extends WebSocket {
      constructor(address: string, protocols: string | string[]) {
        super(address, protocols, { headers });
      }
    }
    this.#client = createClient({
      url: `${url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: PageSocket,
      // One connection for all operations.
      lazy: false,
      onNonLazyError: () => undefined,
      retryAttempts: 3,
      connectionParams: () => this.connectionParams,
      on: {
        opened: () => {
          this.opened++;
        },
      },
    });
  }

  /** What the client sends first, before it connects. */
  introduce(params: Record<string, unknown>): this {
    this.connectionParams = params;
    return this;
  }

  operate(query: string): Operation {
    return new Operation(this.#client, query);
  }

  /** The result of a query or mutation. */
  async result(query: string): Promise<GraphqlResult> {
    const operation = this.operate(query);
    const over = await operation.over;
    const [result] = operation.results;
    if (result !== undefined) return result;
    return Array.isArray(over) ? { errors: over as NonNullable<GraphqlResult['errors']> } : { data: { over } };
  }

  /** Also one that has been refused, or never got through. */
  async close(): Promise<void> {
    await Promise.resolve(this.#client.dispose()).catch(() => undefined);
  }
}
