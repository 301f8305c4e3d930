import { hash } from 'node:crypto';
import { SessionContendedError } from '../errors.js';
import type { SessionStore } from '../stores/session-store.js';
import type { AuthFacts } from './auth-facts.js';

/** How long a mark is kept, in ms: longer than ending the marked logins takes. */
const keptFor = 300_000;
const tries = 8;
const mark = Uint8Array.of(1);

/** Which of a user's logins are to end. */
export interface Endings {
  readonly lineages?: readonly string[];
  /** Remember-me families, with every session that belongs to one. */
  readonly families?: readonly string[];
}

/**
 * Marks which logins of a user are about to end, before they are looked up. A rotation checks the marks after writing its new
 * record and before removing the old one: either it wrote the record before the mark, and the lookup that follows finds it, or
 * it sees the mark and gives up. So no login can escape the lookup.
 */
export class EndMarks {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
  ) {}

  /** @throws SessionContendedError if it cannot be noted: then nothing may be reported as ended */
  async set(userId: AuthFacts['userId'], endings: Endings): Promise<void> {
    await Promise.all(this.#keysOf(userId, endings).map((key) => this.#set(key)));
  }

  /** Whether one of these is about to end, or has just ended. */
  async has(userId: AuthFacts['userId'], endings: Endings): Promise<boolean> {
    const found = await Promise.all(this.#keysOf(userId, endings).map((key) => this.store.read(key)));
    return found.some((record) => record !== null);
  }

  async #set(key: string): Promise<void> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const result = await this.store.write(key, mark, keptFor, 'absent');
      // An existing mark may be about to expire.
      if ('written' in result || (await this.store.touch(key, keptFor))) return;
    }
    throw new SessionContendedError('The end of the sessions could not be noted, so some may go on. Try again.');
  }

  /** Includes the user: a mark applies to that user's logins only. */
  #keysOf(userId: AuthFacts['userId'], { lineages = [], families = [] }: Endings): string[] {
    const names = [
      ...lineages.map((lineage) => `lineage\n${lineage}`),
      ...families.map((family) => `family\n${family}`),
    ];
    return names.map((name) => {
      const text = `${typeof userId}\n${String(userId)}\n${name}`;
      return `${this.keyPrefix}ended:${hash('sha256', text, 'base64url')}`;
    });
  }
}
