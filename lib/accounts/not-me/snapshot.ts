import type { StoredAccount } from '../repository/account.js';
import type { Credential } from '../repository/credential.js';

/** The mails that tell of something that only the owner should have done. */
export const noticeKinds = [
  'password-changed',
  'factor-changed',
  'api-key',
  'email-changing',
  'recovery-code-used',
  'new-device',
  'tokens-copied',
  'username',
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** What happened to an account, and what it was like before. Only ever sealed. */
export interface Snapshot {
  readonly kind: NoticeKind;
  /** When it happened, in ms since the epoch. */
  readonly at: number;
  readonly address: string;
  readonly userAgent: string;
  readonly email: string;
  readonly emailKey: string;
  readonly emailConfirmedAt: number | null;
  readonly username: string | null;
  readonly usernameKey: string | null;
  /** The password hash. */
  readonly password: string | null;
  readonly factors: readonly { readonly id: string; readonly kind: string }[];
}

/** Kinds of credentials that a login can owe. Recovery codes only stand in for one of them. */
const secondFactors: readonly string[] = ['totp', 'passkey', 'phone'];

export function snapshotOf(
  before: StoredAccount,
  factors: readonly Credential[],
  happened: Pick<Snapshot, 'kind' | 'at' | 'address' | 'userAgent'>,
): Snapshot {
  const { email, emailKey, emailConfirmedAt, username, usernameKey, password } = before;
  return {
    ...happened,
    ...{ email, emailKey, username, usernameKey, password },
    emailConfirmedAt: emailConfirmedAt?.getTime() ?? null,
    factors: factors.map(({ id, kind }) => ({ id, kind })),
  };
}

/** A proof is only ever what this module has sealed; an earlier version of it may have sealed something else. */
export function readSnapshot(data: unknown): Snapshot | null {
  const isOne = typeof data === 'object' && data !== null && 'kind' in data && 'emailKey' in data && 'factors' in data;
  return isOne ? (data as Snapshot) : null;
}

/** Whether the account had a second factor. */
export function hadSecondFactor({ factors }: Snapshot): boolean {
  return factors.some(({ kind }) => secondFactors.includes(kind));
}
