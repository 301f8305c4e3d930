import type { StoreLog } from '../store-context.js';
import { isCluster, type RedisClient } from './redis.client.js';

/**
 * What a server does when its memory is full: `keeps` rejects new data; `ends` evicts keys with a time to live, such as
 * sessions; `loses` evicts any key, such as the owners' sets; `unknown`: querying it is not permitted.
 */
export type Eviction = 'keeps' | 'ends' | 'loses' | 'unknown';

const severity: readonly Eviction[] = ['keeps', 'ends', 'unknown', 'loses'];

const advice =
  'Set maxmemory-policy noeviction for sessions, on a separate server if others need a cache; see docs/stores/redis.md.';

export const warnings: Readonly<Record<Eviction, string | null>> = {
  keeps: null,
  ends:
    'Redis evicts keys with a time to live when its memory is full: users are then logged out, and notes that a session has ended ' +
    `or a login has failed are lost early. ${advice}`,
  loses:
    'Redis evicts any key when its memory is full, the lists of a user’s sessions included: logoutEverywhere() then ends the listed ' +
    `sessions and fails, since others may remain. ${advice}`,
  unknown:
    'It is unknown whether Redis evicts keys, since this user may run neither INFO nor CONFIG GET. If it does (maxmemory-policy), users ' +
    `are logged out, and logoutEverywhere() may miss sessions. ${advice}`,
};

/** Checks what the servers do when they are full: on each connection, and on demand. */
export class EvictionWatch {
  private told: Eviction = 'keeps';

  constructor(
    private readonly client: RedisClient & Connecting,
    private readonly log: StoreLog,
  ) {
    client.on?.('ready', this.connected);
    if (client.status === 'ready') this.connected();
  }

  /** Stops checking. */
  end(): void {
    this.client.off?.('ready', this.connected);
  }

  /** The worst case among the servers; a change is logged. Rejects if a server is away. */
  async look(): Promise<Eviction> {
    const found = await Promise.all(serversOf(this.client).map(evictionOf));
    const worst = found.reduce<Eviction>((a, b) => (severity.indexOf(a) > severity.indexOf(b) ? a : b), 'keeps');
    const warning = worst === this.told ? null : warnings[worst];
    this.told = worst;
    if (warning !== null) this.log.warn(warning);
    return worst;
  }

  private readonly connected = (): void => {
    // Outages are reported elsewhere; the server is checked again at the next connection.
    this.look().catch(() => undefined);
  };
}

/** The connection events of a client. */
interface Connecting {
  readonly status?: string;
  on?(event: 'ready', listener: () => void): unknown;
  off?(event: 'ready', listener: () => void): unknown;
}

/** What a single server can be asked. */
export interface Informing {
  info?(section: string): Promise<string>;
  config?(command: 'GET', pattern: string): Promise<unknown>;
  time?(): Promise<readonly (number | string)[]>;
}

/** The servers behind a client: several for a Cluster. */
export function serversOf(
  client: RedisClient & Informing & { nodes?(role: 'master'): Informing[] },
): readonly Informing[] {
  const nodes = isCluster(client) ? (client.nodes?.('master') ?? []) : [];
  return nodes.length === 0 ? [client] : nodes;
}

async function evictionOf(server: Informing): Promise<Eviction> {
  const info = await allowed(async () => server.info?.('memory'));
  const limit = /^maxmemory:(\d+)/m.exec(String(info))?.[1];
  const policy = /^maxmemory_policy:([\w-]+)/m.exec(String(info))?.[1];
  if (policy !== undefined) return limit === '0' ? 'keeps' : meaningOf(policy);
  const settings = await configured(server, 'maxmemory*');
  const configuredPolicy = settings.get('maxmemory-policy');
  if (configuredPolicy === undefined) return 'unknown';
  return settings.get('maxmemory') === '0' ? 'keeps' : meaningOf(configuredPolicy);
}

/** A server's settings whose names match; empty: it does not permit the question. */
export async function configured(server: Informing, pattern: string): Promise<ReadonlyMap<string, string>> {
  const answer = await allowed(async () => server.config?.('GET', pattern));
  const words = Array.isArray(answer) ? answer.map(String) : [];
  return new Map(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? ''] as const] : [])));
}

function meaningOf(policy: string): Eviction {
  if (policy === 'noeviction') return 'keeps';
  // The owners' sets have no time to live.
  return policy.startsWith('volatile-') ? 'ends' : 'loses';
}

/** Undefined if the server replies that the command is unknown or not permitted. */
export async function allowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && /^(NOPERM|ERR|unknown command)/i.test(error.message)) return undefined;
    throw error;
  }
}
