import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { SessionStore } from '../../stores/session-store.js';
import { AuthConfig } from '../auth-config.js';

/** Longer than anything that it has to end: a remembered login lasts 400 days at most. */
const KEPT_FOR = 401 * 86_400_000;
const MAX_TRIES = 64;

/**
 * The time before which no login counts: what `logoutEveryone()` sets, instead of a walk over all sessions. It is kept in
 * the store, and each process looks there from time to time, so a login that was made earlier may count elsewhere for one
 * `everyoneInterval` more.
 */
@Injectable()
export class NotBefore implements OnModuleInit {
  #time = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  readonly #key: string;

  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    private readonly runtime: SessionRuntime,
    private readonly config: AuthConfig,
  ) {
    this.#key = `${config.surroundings.keyPrefix}not-before`;
  }

  /** Looks before the first request does. Where the store is away, that one will say so. */
  async onModuleInit(): Promise<void> {
    await this.#look().catch(() => undefined);
  }

  /** Whether a login of that time counts no more; at once, unless it is time to look. */
  excludes(at: number): boolean | Promise<boolean> {
    const now = this.runtime.now();
    const isKnown = now - this.#lookedAt < this.config.options.everyoneInterval;
    return isKnown ? at <= this.#time : this.#look().then(() => at <= this.#time);
  }

  /** The time of a login that is made now: one in the same millisecond as {@link raise} comes after it. */
  get loginTime(): number {
    return Math.max(this.runtime.now(), this.#time + 1);
  }

  /** From now on no login counts that was made before. */
  async raise(): Promise<void> {
    const time = this.runtime.now();
    const bytes = Buffer.from(String(time));
    let expected: unknown = 'absent';
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const result = await this.store.write(this.#key, bytes, KEPT_FOR, expected);
      if ('written' in result) return this.#learn(time);
      if ('gone' in result) {
        expected = 'absent';
        continue;
      }
      const theirs = timeIn(result.conflict.bytes);
      if (theirs >= time) return this.#learn(theirs);
      expected = result.conflict.version;
    }
    throw new Error('The time before which no login counts could not be written: others kept writing it.');
  }

  #look(): Promise<void> {
    this.#looking ??= this.store
      .read(this.#key)
      .then((found) => this.#learn(found === null ? 0 : timeIn(found.bytes)))
      .finally(() => (this.#looking = null));
    return this.#looking;
  }

  #learn(time: number): void {
    this.#time = Math.max(this.#time, time);
    this.#lookedAt = this.runtime.now();
  }
}

/** What cannot be read excludes everybody: whoever wrote it meant to. */
function timeIn(bytes: Uint8Array): number {
  const text = Buffer.from(bytes).toString('latin1');
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}
