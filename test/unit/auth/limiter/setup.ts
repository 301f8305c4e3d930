import { randomBytes } from 'node:crypto';
import { accountName } from '../../../../lib/auth/limiter/account-name.js';
import { Buckets } from '../../../../lib/auth/limiter/buckets.js';
import type { LimiterStorage } from '../../../../lib/auth/limiter/limiter-storage.js';
import { limiterOptions, type LimiterOptions } from '../../../../lib/auth/limiter/limiter.options.js';
import { LoginTries } from '../../../../lib/auth/limiter/login-tries.js';
import { StoreLimiterStorage } from '../../../../lib/auth/limiter/store-limiter-storage.js';
import { resolveOptions } from '../../../../lib/config/read.js';
import { KeyRing } from '../../../../lib/cookie/key-ring.js';
import { MemoryStore } from '../../../../lib/stores/memory/index.js';
import type { SessionStore } from '../../../../lib/stores/session-store.js';
import { CollectedLog } from '../../../support/collected-log.js';

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A clock that stands until it is moved. */
export class Clock {
  now = Date.UTC(2026, 0, 1);
  readonly read = (): number => this.now;

  pass(ms: number): void {
    this.now += ms;
  }
}

export function optionsFrom(code: Record<string, unknown> = {}): LimiterOptions {
  const { options, problems } = resolveOptions(limiterOptions, {
    code,
    source: { get: () => undefined },
    environment: 'test',
  });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return options;
}

export function memoryStore(clock: Clock): MemoryStore {
  return new MemoryStore({ maxSessions: 100_000 }, { log: new CollectedLog(), now: clock.read });
}

export interface Guess {
  readonly account?: string;
  readonly address?: string;
  /** The id of a known device. */
  readonly device?: string | null;
  /** What becomes of it. Default: `failed`. */
  readonly outcome?: 'failed' | 'succeeded' | 'taken back';
  /** What happens while it is under way. */
  readonly meanwhile?: () => void;
}

/** The limiter without HTTP: what it counts, and where. */
export class Rehearsal {
  readonly clock: Clock;
  readonly store: SessionStore;
  readonly tries: LoginTries;
  readonly keys: KeyRing;
  readonly errors: unknown[] = [];
  readonly #buckets: Buckets;

  constructor({
    options = {},
    clock = new Clock(),
    store = memoryStore(clock),
    storage = new StoreLimiterStorage(store, { now: clock.read }),
    keys = new KeyRing(randomBytes(32)),
    timeout = 2000,
  }: {
    options?: Record<string, unknown>;
    clock?: Clock;
    store?: SessionStore;
    storage?: LimiterStorage;
    keys?: KeyRing;
    timeout?: number;
  } = {}) {
    this.clock = clock;
    this.store = store;
    this.keys = keys;
    const resolved = optionsFrom(options);
    this.#buckets = new Buckets(keys, resolved);
    this.tries = new LoginTries(storage, {
      isAllowed: resolved.onStoreError === 'allow',
      timeout,
      report: (error) => this.errors.push(error),
    });
  }

  /** 0: the guess was made; otherwise the time in ms that it has to wait. */
  async guess({
    account = 'ada',
    address = '192.0.2.1',
    device = null,
    outcome = 'failed',
    meanwhile,
  }: Guess = {}): Promise<number> {
    const attempt = await this.tries.begin(this.#buckets.of(accountName(account), address, device));
    if ('wait' in attempt) return attempt.wait;
    meanwhile?.();
    if (outcome === 'succeeded') await this.tries.succeed(attempt);
    if (outcome === 'taken back') await this.tries.takeBack(attempt);
    return 0;
  }

  /** Guesses until one has to wait, and says how many were made and for how long that one has to. */
  async guessOn(guess: Guess = {}): Promise<{ made: number; wait: number }> {
    for (let made = 0; ; made++) {
      const wait = await this.guess(guess);
      if (wait > 0) return { made, wait };
    }
  }

  async forget(account: string): Promise<void> {
    await this.tries.forget(this.#buckets.ofAccount(accountName(account)));
  }
}
