import { Injectable } from '@nestjs/common';
import type { RequestClient } from '../../http/request-client.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { Device } from '../../session/auth-facts.js';
import { stateOf } from '../../session/session.js';
import { AuthConfig } from '../auth-config.js';
import type { Arrival, AuthFeature } from '../auth-feature.js';
import { isSameNetwork } from './network.js';

/**
 * Notices a login that another client uses than the one that made it. That is a sign, no proof: user agents are easily
 * copied, and addresses change. So it asks again (`basic`), or ends the session (`strong`), and leaves remember-me alone.
 */
@Injectable()
export class ProtectionFeature implements AuthFeature {
  constructor(
    private readonly config: AuthConfig,
    private readonly runtime: SessionRuntime,
  ) {}

  arrived(arrival: Arrival): Promise<'turned away'> | undefined {
    const { protection } = this.config.options;
    const { device } = arrival.auth;
    if (protection === null || device === undefined || this.#isFrom(device, arrival.request.client)) return undefined;
    if (protection === 'strong') return this.#end(arrival);
    this.#takeFreshness(arrival);
    return undefined;
  }

  #isFrom(device: Device, client: RequestClient): boolean {
    const { protectionIpv4: ipv4, protectionIpv6: ipv6 } = this.config.options;
    if (device.userAgent !== client.userAgent) return false;
    return (ipv4 === 0 && ipv6 === 0) || isSameNetwork(device.address, client.address, { ipv4, ipv6 });
  }

  /** Told once: a login that is not fresh has nothing more to lose. */
  #takeFreshness({ request, session, auth }: Arrival): void {
    if (auth.factors === undefined && auth.grants === undefined) return;
    const { factors: _factors, grants: _grants, ...rest } = auth;
    stateOf(session).auth = rest;
    request.requireCommit();
    this.runtime.observer.protected({ publicId: session.id, userId: auth.userId, protection: 'basic' });
  }

  async #end({ session, auth }: Arrival): Promise<'turned away'> {
    const publicId = session.id;
    await this.runtime.repository.destroy(session);
    this.runtime.observer.protected({ publicId, userId: auth.userId, protection: 'strong' });
    return 'turned away';
  }
}
