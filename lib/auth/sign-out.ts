import type { SessionRuntime } from '../http/session-runtime.js';
import type { AuthFacts } from '../session/auth-facts.js';
import { actedBy } from '../session/auth-facts.js';
import { lineageOf } from '../session/lineage.js';
import { assertWritable, stateOf, type SessionObject } from '../session/session.js';
import type { AuthFeature } from './auth-feature.js';
import type { KnownUsers } from './known-users.js';
import { requestOf } from './request-of.js';

/** The single path of a logout, by its user or because the user no longer exists. */
export class SignOut {
  constructor(
    private readonly runtime: SessionRuntime,
    private readonly features: readonly AuthFeature[],
    private readonly known: KnownUsers,
  ) {}

  /** Ends the session and what would log its user in again. */
  async leave(session: SessionObject): Promise<void> {
    assertWritable(session);
    const { auth } = stateOf(session);
    const request = requestOf(session);
    const publicId = session.id;
    const lineage = lineageOf(stateOf(session));
    // First, or they would log in again in between.
    for (const feature of this.features) await feature.leaving?.(request, auth, lineage);
    const ended = (await this.runtime.repository.destroy(session)) || (await this.#endElsewhere(auth, lineage));
    if (request !== null) this.known.set(request, { id: null, user: null });
    const address = request?.client.address ?? '';
    // If another request ended it, that one has reported it.
    if (auth !== null && ended) {
      this.runtime.observer.logout({ publicId, userId: auth.userId, address, ...actedBy(auth) });
    }
  }

  /**
   * Ends a login that was not found where it was read: it may have moved so long ago that the pointer at its former id has
   * expired.
   */
  async #endElsewhere(auth: AuthFacts | null, lineage: string | null): Promise<boolean> {
    const { owned } = this.runtime.repository;
    if (auth === null || lineage === null || !owned.isOffered) return false;
    return (await owned.end(auth.userId, { lineages: [lineage] })) > 0;
  }
}
