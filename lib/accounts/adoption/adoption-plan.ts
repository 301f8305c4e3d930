import { randomBytes } from 'node:crypto';
import { newPhoneRow } from '../codes/phone-rows.js';
import type { KeyRing } from '../../cookie/key-ring.js';
import { newPasskeyRow } from '../passkeys/passkey.js';
import { recoveryCodeRow } from '../recovery-codes/recovery-code-rows.js';
import { createdAccount, storedAccount, type StoredAccount } from '../repository/account.js';
import { checkAccount, checkCredential, checkLogin } from '../repository/check-values.js';
import { createdCredential, type Credential, type NewCredential } from '../repository/credential.js';
import { normalEmail, normalUsername } from '../repository/normal-form.js';
import { AccountValueError } from '../errors.js';
import { newTotpRow } from '../totp/totp-rows.js';
import { type AdoptionNote, type AdoptionRefusal, type ForeignUser, Refused } from './foreign-user.js';
import { type HashKind, hashKindOf } from './hash-kinds.js';

/** What becomes of a user. */
export interface AdoptionPlan {
  /** Null: the user could not be read. */
  readonly hash: HashKind | null;
  readonly notes: ReadonlySet<AdoptionNote>;
  readonly refused: AdoptionRefusal | null;
  /** Null: refused. */
  readonly account: StoredAccount | null;
  readonly credentials: readonly Credential[];
}

/** What decides how users become accounts, for all of them. */
export interface PlanSettings {
  /** What seals secrets. */
  readonly keys: KeyRing;
  /** Whether every address counts as confirmed. */
  readonly isConfirmed: boolean;
  readonly now: Date;
}

/** That of a user of whom nothing but the reason is known. */
export function refusedPlan(refused: AdoptionRefusal): AdoptionPlan {
  return { hash: null, notes: new Set(), refused, account: null, credentials: [] };
}

/** The account that a user becomes. @param id its id */
export function planOf(id: string, user: ForeignUser, settings: PlanSettings): AdoptionPlan {
  const hash = hashKindOf(user.password);
  const notes = new Set(user.notes);
  if (hash.problem !== null) notes.add(hash.problem);
  try {
    const account = accountFrom(id, user, hash, notes, settings);
    const credentials = credentialsFrom(account, user, settings).map((one) =>
      createdCredential(account.id, one, settings.now),
    );
    checkAll(account, credentials);
    return { hash, notes, refused: null, account, credentials };
  } catch (error) {
    return { hash, notes, refused: refusalOf(error), account: null, credentials: [] };
  }
}

/** Why a user is refused, by what was thrown. @throws the same, if it is something else */
export function refusalOf(error: unknown): AdoptionRefusal {
  if (error instanceof Refused) return error.reason;
  if (error instanceof AccountValueError) return 'VALUE_INVALID';
  throw error;
}

function accountFrom(
  id: string,
  user: ForeignUser,
  hash: HashKind,
  notes: Set<AdoptionNote>,
  { isConfirmed, now }: PlanSettings,
): StoredAccount {
  if (user.email === null || user.email.trim() === '') throw new Refused('EMAIL_MISSING');
  const email = normalEmail(user.email);
  if (email === null) throw new Refused('EMAIL_INVALID');
  const username = user.username === null ? null : normalUsername(user.username, { min: 1, max: 64 });
  if (user.username !== null && username === null) notes.add('USERNAME_INVALID');
  const createdAt = user.createdAt ?? now;
  const emailConfirmedAt = user.confirmedAt ?? (isConfirmed ? createdAt : null);
  if (emailConfirmedAt === null) notes.add('UNCONFIRMED');
  if (!user.active) notes.add('DISABLED');
  const { handle, lockedUntil } = user;
  const isLocked = lockedUntil !== null && lockedUntil > now;
  const account = createdAccount(
    {
      id,
      email: email.email,
      emailKey: email.key,
      emailConfirmedAt,
      username: username?.username ?? null,
      usernameKey: username?.key ?? null,
      password: hash.problem === null ? user.password : null,
      active: user.active,
      roles: [...new Set(user.roles)],
      state: {
        ...(handle !== null && { handle }),
        ...(isLocked && { lockedUntil: lockedUntil.getTime() }),
      },
      createdAt,
    },
    now,
  );
  const { loginCount, lastLogin, currentLogin } = user;
  return storedAccount({ ...account, password: account.password, loginCount, lastLogin, currentLogin });
}

function credentialsFrom({ id }: StoredAccount, user: ForeignUser, { keys, now }: PlanSettings): NewCredential[] {
  return [
    ...user.totp.map((secret) => newTotpRow(keys, id, randomBytes(16).toString('base64url'), secret, now)),
    ...user.phones.map((number) => newPhoneRow(keys, id, randomBytes(16).toString('base64url'), number, now)),
    ...user.recoveryCodes.map((code) => recoveryCodeRow(keys, id, code)),
    ...user.passkeys.map(({ facts, hasOwnHandle, name, createdAt, lastUsedAt }) => ({
      ...newPasskeyRow(facts, name, hasOwnHandle),
      createdAt: createdAt ?? now,
      lastUsedAt,
    })),
  ];
}

/** @throws AccountValueError for what cannot be stored */
function checkAll(account: StoredAccount, credentials: readonly Credential[]): void {
  checkAccount(account);
  for (const login of [account.lastLogin, account.currentLogin]) if (login !== null) checkLogin(login);
  credentials.forEach(checkCredential);
}
