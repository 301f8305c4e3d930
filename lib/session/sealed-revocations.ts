import type { SessionStore } from '../stores/session-store.js';
import { storeKey } from './session-id.js';

/** How far ahead the clock of another node may be that seals the same session meanwhile, in ms. */
const clockSkew = 60_000;
const mark = Uint8Array.of(1);

/** The sessions that were ended before their cookies have expired, in a store: copies of those cookies are worth nothing. */
export class SealedRevocations {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
  ) {}

  async has(id: string): Promise<boolean> {
    return (await this.store.read(this.#keyOf(id))) !== null;
  }

  /**
   * @param ttl in ms, from now: how long a cookie of this session may still be good for.
   * @returns false: it was among them already, so that somebody else has ended the session.
   */
  async add(id: string, ttl: number): Promise<boolean> {
    const result = await this.store.write(this.#keyOf(id), mark, Math.max(0, ttl) + clockSkew, 'absent');
    return 'written' in result;
  }

  #keyOf(id: string): string {
    return storeKey(`${this.keyPrefix}revoked:`, id);
  }
}
