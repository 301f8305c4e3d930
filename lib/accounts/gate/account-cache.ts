import { Injectable } from '@nestjs/common';
import { KeyRing } from '../../cookie/key-ring.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { SessionObject } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { storedAccount, type StoredAccount, type TrackedLogin } from '../repository/account.js';

/** The key of the session's data that holds the account. */
const KEY = '_account';
const purpose = 'account-in-session:v1';

/** The stored form: the account as JSON, when it was read, and a signature, since applications may copy requests into the session's data. */
interface Kept {
  readonly at: number;
  readonly account: string;
  readonly signature: string;
}

interface StoredLogin {
  readonly at: string;
  readonly ip: string | null;
}

/** What JSON makes of an account. */
type Written = Omit<
  StoredAccount,
  'password' | 'emailConfirmedAt' | 'createdAt' | 'updatedAt' | 'passwordChangedAt' | 'lastLogin' | 'currentLogin'
> & {
  readonly emailConfirmedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly passwordChangedAt: string | null;
  readonly lastLogin: StoredLogin | null;
  readonly currentLogin: StoredLogin | null;
};

/** Keeps accounts in their sessions for a while, so that a request needs no query for its user. */
@Injectable()
export class AccountCache {
  constructor(
    private readonly config: AccountsConfig,
    private readonly keys: KeyRing,
    private readonly runtime: SessionRuntime,
  ) {}

  /** The account without its password's hash; null: it has to be read. @param epoch that of the login */
  read(session: SessionObject, accountId: string, epoch: number): StoredAccount | null {
    const { maxAge } = this.config.options.accountCache;
    const kept: unknown = maxAge === null ? undefined : session.get(KEY);
    if (maxAge === null || !isKept(kept)) return null;
    const age = this.runtime.now() - kept.at;
    if (age < 0 || age >= maxAge || this.keys.verify(purpose, signed(kept), kept.signature) === null) return null;
    const account = accountIn(JSON.parse(kept.account) as Written);
    return account.id === accountId && account.epoch === epoch ? account : null;
  }

  /** Keeps an account that has just been read. */
  keep(session: SessionObject, account: StoredAccount): void {
    if (this.config.options.accountCache.maxAge === null) return;
    const unsigned = { at: this.runtime.now(), account: JSON.stringify(account) };
    session.set(KEY, { ...unsigned, signature: this.keys.sign(purpose, signed(unsigned)) });
  }
}

function signed({ at, account }: Pick<Kept, 'at' | 'account'>): string {
  return `${String(at)}:${account}`;
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  if (!('at' in value) || !('account' in value) || !('signature' in value)) return false;
  return typeof value.at === 'number' && typeof value.account === 'string' && typeof value.signature === 'string';
}

function accountIn(written: Written): StoredAccount {
  return storedAccount({
    ...written,
    password: null,
    emailConfirmedAt: dateIn(written.emailConfirmedAt),
    createdAt: new Date(written.createdAt),
    updatedAt: new Date(written.updatedAt),
    passwordChangedAt: dateIn(written.passwordChangedAt),
    lastLogin: loginIn(written.lastLogin),
    currentLogin: loginIn(written.currentLogin),
  });
}

function dateIn(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

function loginIn(login: StoredLogin | null): TrackedLogin | null {
  return login && { at: new Date(login.at), ip: login.ip };
}
