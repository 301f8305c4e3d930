import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { RequestClient } from '../../http/request-client.js';
import type { RequestSession } from '../../http/request-session.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { SessionReadonlyError } from '../../errors.js';
import type { AuthFacts, Device } from '../../session/auth-facts.js';
import { stateOf } from '../../session/session.js';
import { AuthConfig } from '../auth-config.js';
import { parseAddress } from '../network-address.js';
import type { Arrival, AuthFeature } from '../auth-feature.js';
import { isPlayerOf } from './media-player.js';
import { isSameNetwork } from './network.js';

/** The network of a client, if the application configures none: an IPv4 address, or a /64 of IPv6. */
const ownNetwork = { ipv4: 32, ipv6: 64 };

/** Enough for parallel requests to tell their marks apart. */
const MARK_BYTES = 6;

/**
 * Notices a login that is used by another client than the one that made it. That is a hint, not a proof: user agents are easily
 * copied, and addresses change. So it requires re-authentication (`basic`), or ends the session (`strong`), and leaves
 * remember-me alone.
 */
@Injectable()
export class ProtectionFeature implements AuthFeature {
  constructor(
    private readonly config: AuthConfig,
    private readonly runtime: SessionRuntime,
  ) {}

  arrived(arrival: Arrival): Promise<'ended' | 'turned away' | undefined> | undefined {
    const { mode } = this.config.options.protection;
    const { device, noticedBy } = arrival.auth;
    if (mode === null || device === undefined) return undefined;
    const { request } = arrival;
    const client = request === null ? arrival.sender : request.client;
    if (client === null) return this.#withoutClient(mode);
    if (this.#isFrom(device, client)) return undefined;
    if (request !== null && request.client.isMediaPlayer && this.#isPlayerOf(arrival.auth, device, request.client)) {
      return this.#letLook(request, arrival);
    }
    // A login that has been noticed once has nothing more to lose under `basic`.
    if (mode === 'basic' && noticedBy !== undefined) return undefined;
    return mode === 'strong' ? this.#end(arrival) : this.#takeFreshness(arrival);
  }

  #isFrom(device: Device, client: Device): boolean {
    const { ipv4, ipv6 } = this.config.options.protection;
    if (device.userAgent !== client.userAgent) return false;
    return (ipv4 === 0 && ipv6 === 0) || isSameNetwork(device.address, client.address, { ipv4, ipv6 });
  }

  /** Whether it is the media player of the device that made the login, on the network where that was last seen. */
  #isPlayerOf({ seenFrom = '' }: AuthFacts, device: Device, client: RequestClient): boolean {
    const { ipv4, ipv6 } = this.config.options.protection;
    const bits = { ipv4: ipv4 || ownNetwork.ipv4, ipv6: ipv6 || ownNetwork.ipv6 };
    const { address, userAgent } = client;
    if (!isPlayerOf(device.userAgent, userAgent) || parseAddress(address) === null) return false;
    return [device.address, seenFrom].some((known) => isSameNetwork(known, address, bits));
  }

  /** There is nothing to compare. `basic` takes no more than freshness, which such a session does not have anyway. */
  #withoutClient(protection: 'basic' | 'strong'): undefined {
    if (protection === 'basic') return undefined;
    throw new TypeError(
      "`protection.mode: 'strong'` compares the client with that of the login: pass `client` to SessionService.open().",
    );
  }

  /** It plays what the page has shown, so read access is enough: its user agent is copied as easily as any other. */
  #letLook(request: RequestSession, { session }: Arrival): undefined {
    request.handle.makeReadonlyRequest(session, () => new SessionReadonlyError(mayOnlyLook));
  }

  /**
   * Stored before other code gets the session: whatever the request does next, such as failing, or reading the session again,
   * must not restore freshness.
   */
  async #takeFreshness(arrival: Arrival): Promise<'ended' | undefined> {
    const { session, auth } = arrival;
    const state = stateOf(session);
    const { factors: _factors, grants: _grants, ...rest } = auth;
    const mark = randomBytes(MARK_BYTES).toString('base64url');
    state.setLogin({ ...rest, noticedBy: mark });
    // Whether the request extends the session, or moves it, is up to its own commit: the headers may have been sent already.
    state.countAsUse(false);
    try {
      await this.runtime.repository.commit(session);
    } catch (error) {
      // A failed write may have been applied, and nobody would report it any more.
      if (state.end !== 'gone') {
        this.#tell(arrival, 'basic');
        throw error;
      }
    } finally {
      state.countAsUse(true);
    }
    if (stateOf(session).end === 'gone') {
      // The owner may continue under a new id, after a confirmation: a client with the former one must not end that.
      this.runtime.repository.leave(session);
      return 'ended';
    }
    // Of parallel requests the first one reports; the others have found its mark.
    if (stateOf(session).auth?.noticedBy === mark) this.#tell(arrival, 'basic');
    return undefined;
  }

  async #end(arrival: Arrival): Promise<'turned away'> {
    const { session } = arrival;
    const publicId = session.id;
    await this.runtime.repository.destroy(session);
    // Of parallel requests one has ended it.
    if (stateOf(session).end === 'ended') this.#tell(arrival, 'strong', publicId);
    return 'turned away';
  }

  #tell({ request, sender, session, auth }: Arrival, protection: 'basic' | 'strong', publicId = session.id): void {
    const { address } = request?.client ?? sender ?? { address: '' };
    this.runtime.observer.protected({ publicId, userId: auth.userId, protection, address });
  }
}

const mayOnlyLook =
  "This request was sent by the media player of the login's device, and may only read the session: a page has to make the change.";
