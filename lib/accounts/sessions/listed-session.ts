import type { DeviceSession } from '../../auth/devices/device-session.js';
import type { TokenFamily } from '../bearer/token-family.js';
import type { Credential } from '../repository/credential.js';
import { deviceName, type DeviceName } from './device-name.js';

/** A device in the list: one where the account is logged in, or a trusted one. @publicApi */
export interface ListedSession {
  /** Identifies it for `DELETE /auth/sessions/:publicId`; it gives access to nothing. */
  readonly publicId: string;
  /**
   * `session`: the account is logged in there. `tokens`: a token login. `trusted-device`: no second factor is required there.
   */
  readonly kind: 'session' | 'tokens' | 'trusted-device';
  /** The browser and the operating system; null: unknown. */
  readonly device: DeviceName;
  /** The network address that last used it; null: unknown. */
  readonly address: string | null;
  readonly createdAt: Date;
  /** Null: not since it was created. */
  readonly lastUsedAt: Date | null;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** Whether remember-me started it, or will continue it. */
  readonly remembered: boolean;
  /** Whether it is an impersonation by an administrator. */
  readonly impersonated: boolean;
  /** Whether it is the requesting session. */
  readonly current: boolean;
}

export function listedSession(session: DeviceSession): ListedSession {
  const { publicId, createdAt, lastSeenAt, expiresAt, ip, userAgent, remembered, impersonated, current } = session;
  return {
    publicId,
    kind: 'session',
    device: deviceName(userAgent),
    address: ip === '' ? null : ip,
    ...{ createdAt, lastUsedAt: lastSeenAt, expiresAt, remembered, impersonated, current },
  };
}

export function tokensInUse(family: TokenFamily, until: number): ListedSession {
  const { credential, address, userAgent } = family;
  const { id, createdAt, lastUsedAt } = credential;
  return {
    publicId: id,
    kind: 'tokens',
    device: deviceName(userAgent),
    address: address === '' ? null : address,
    ...{ createdAt, lastUsedAt, expiresAt: new Date(until), remembered: false, current: false, impersonated: false },
  };
}

export function trustedDevice({ id, data, createdAt, lastUsedAt, expiresAt }: Credential): ListedSession {
  const { userAgent, address } = data;
  return {
    publicId: id,
    kind: 'trusted-device',
    device: deviceName(typeof userAgent === 'string' ? userAgent : ''),
    address: typeof address === 'string' && address !== '' ? address : null,
    ...{ createdAt, lastUsedAt, expiresAt, remembered: false, impersonated: false, current: false },
  };
}
