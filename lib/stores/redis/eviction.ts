import type { StoreLog } from '../store-context.js';
import { isCluster, type RedisClient } from './redis.client.js';

/**
 * What a server does to sessions when its memory is full: `keeps` refuses what is new; `ends` evicts what has a time to live, such as
 * sessions; `loses` evicts anything, such as the lists of whose the sessions are; `unknown`: it may not be asked.
 */
export type Eviction = 'keeps' | 'ends' | 'loses' | 'unknown';

const severity: readonly Eviction[] = ['keeps', 'ends', 'unknown', 'loses'];

const advice =
  'Set maxmemory-policy noeviction for sessions, on a server of their own where others need a cache: docs/stores/redis.md says more.';

const warnings: Readonly<Record<Eviction, string | null>> = {
  keeps: null,
  ends:
    'Redis evicts what has a time to live when its memory is full: users are logged out then, and notes that a session was ended ' +
    `or a login failed are forgotten early. ${advice}`,
  loses:
    'Redis evicts whatever it likes when its memory is full, the lists of whose the sessions are among it: logoutEverywhere() ends what ' +
    `is listed and then fails, since sessions may be left. ${advice}`,
  unknown:
    'Whether Redis evicts is unknown, since this user may run neither INFO nor CONFIG GET. Where it does (maxmemory-policy), users are ' +
    `logged out, and logoutEverywhere() may leave sessions. ${advice}`,
};

/** Looks what the servers do when they are full: with each connection, and on demand. */
export class EvictionWatch {
  private told: Eviction = 'keeps';

  constructor(
    private readonly client: RedisClient & Connecting,
    private readonly log: StoreLog,
  ) {
    client.on?.('ready', this.connected);
    if (client.status === 'ready') this.connected();
  }

  /** Looks no more by itself. */
  end(): void {
    this.client.off?.('ready', this.connected);
  }

  /** The worst of what one of them does; told to the operator when it has become another. Rejects where a server is away. */
  async look(): Promise<Eviction> {
    const found = await Promise.all(serversOf(this.client).map(evictionOf));
    const worst = found.reduce<Eviction>((a, b) => (severity.indexOf(a) > severity.indexOf(b) ? a : b), 'keeps');
    const warning = worst === this.told ? null : warnings[worst];
    this.told = worst;
    if (warning !== null) this.log.warn(warning);
    return worst;
  }

  private readonly connected = (): void => {
    // Of a server that is away at once again others tell; it is looked at with the next connection.
    this.look().catch(() => undefined);
  };
}

/** What a client says of its connection. */
interface Connecting {
  readonly status?: string;
  on?(event: 'ready', listener: () => void): unknown;
  off?(event: 'ready', listener: () => void): unknown;
}

/** What can be asked of one server. */
interface Informing {
  info?(section: string): Promise<string>;
  config?(command: 'GET', pattern: string): Promise<unknown>;
}

function serversOf(client: RedisClient & Informing & { nodes?(role: 'master'): Informing[] }): readonly Informing[] {
  const nodes = isCluster(client) ? (client.nodes?.('master') ?? []) : [];
  return nodes.length === 0 ? [client] : nodes;
}

async function evictionOf(server: Informing): Promise<Eviction> {
  const info = await allowed(async () => server.info?.('memory'));
  const limit = /^maxmemory:(\d+)/m.exec(String(info))?.[1];
  const policy = /^maxmemory_policy:([\w-]+)/m.exec(String(info))?.[1];
  if (policy !== undefined) return limit === '0' ? 'keeps' : meaningOf(policy);
  const answer = await allowed(async () => server.config?.('GET', 'maxmemory*'));
  const settings = Array.isArray(answer) ? answer.map(String) : [];
  const valueOf = (name: string): string | undefined =>
    settings.includes(name) ? settings[settings.indexOf(name) + 1] : undefined;
  const configured = valueOf('maxmemory-policy');
  if (configured === undefined) return 'unknown';
  return valueOf('maxmemory') === '0' ? 'keeps' : meaningOf(configured);
}

function meaningOf(policy: string): Eviction {
  if (policy === 'noeviction') return 'keeps';
  // Lists have no time to live.
  return policy.startsWith('volatile-') ? 'ends' : 'loses';
}

/** Nothing where the server has answered that this is not allowed, or that it knows no such thing. */
async function allowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && /^(NOPERM|ERR|unknown command)/i.test(error.message)) return undefined;
    throw error;
  }
}
