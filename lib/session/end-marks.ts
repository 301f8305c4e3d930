import { hash } from 'node:crypto';
import type { SessionStore } from '../stores/session-store.js';
import type { AuthFacts } from './auth-facts.js';

/** For how long a mark stays, in ms: longer than what is done under it takes. */
const keptFor = 300_000;
const tries = 8;
const mark = Uint8Array.of(1);

/** What of a user's logins is to end. */
export interface Endings {
  readonly lineages?: readonly string[];
  /** Remembered logins, with every session that belongs to one. */
  readonly families?: readonly string[];
}

/**
 * Says, before anybody looks for them, which logins of a user are about to end. A rotation looks here once its new record is
 * there and before the old one goes: either it has been there before the mark, and then its record is found by whoever
 * looks afterwards, or it finds the mark and gives up. Nothing moves away from under the one that looks.
 */
export class EndMarks {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
  ) {}

  async set(userId: AuthFacts['userId'], endings: Endings): Promise<void> {
    await Promise.all(this.#keysOf(userId, endings).map((key) => this.#set(key)));
  }

  /** Whether one of these is about to end, or has ended just now. */
  async has(userId: AuthFacts['userId'], endings: Endings): Promise<boolean> {
    const found = await Promise.all(this.#keysOf(userId, endings).map((key) => this.store.read(key)));
    return found.some((record) => record !== null);
  }

  async #set(key: string): Promise<void> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const result = await this.store.write(key, mark, keptFor, 'absent');
      // One that is there may be about to expire.
      if ('written' in result || (await this.store.touch(key, keptFor))) return;
    }
  }

  /** With the user in it: nobody marks what is another's. */
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
