import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../cookie/key-ring.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential, NewCredential } from '../repository/credential.js';

const kind = 'phone';
const sealPurpose = 'phone-number:v1';
/** How long a set-up may take, in ms. */
const setUpFor = 30 * 60_000;

/** A telephone of an account. */
export interface Phone {
  readonly row: Credential;
  /** In E.164 form. */
  readonly number: string;
  readonly isEnabled: boolean;
}

/** A phone, as shown to its owner and to whoever knows only the password. @publicApi */
export interface ShownPhone {
  readonly id: string;
  /** The end of its number: `•••78`. */
  readonly phone: string;
}

/** The telephones of accounts, as they are stored. */
@Injectable()
export class PhoneRows {
  constructor(
    private readonly repository: AccountRepository,
    private readonly keys: KeyRing,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** Those of an account that are enabled, the one first that was used last. */
  async enabled(account: StoredAccount): Promise<readonly Phone[]> {
    const phones = (await this.#of(account)).filter(({ isEnabled }) => isEnabled);
    return phones.sort((one, other) => usedAt(other) - usedAt(one));
  }

  /** One that is about to be set up; null: there is none with this id, or no longer. */
  async inSetUp(account: StoredAccount, id: string): Promise<Phone | null> {
    return (await this.#of(account)).find(({ row, isEnabled }) => row.id === id && !isEnabled) ?? null;
  }

  /** Begins to set one up. A set-up that was begun before ends. @returns its id; null: the account is gone, or has another epoch */
  async begin(account: StoredAccount, name: string | null, number: string): Promise<string | null> {
    for (const { row, isEnabled } of await this.#of(account)) {
      if (!isEnabled) await this.repository.deleteCredential(row.id, row.version);
    }
    const id = randomBytes(16).toString('base64url');
    const row = {
      ...{ id, kind, name },
      data: { number: this.#seal(account.id, id, number), enabled: false },
      expiresAt: new Date(this.runtime.now() + setUpFor),
    };
    const result = await this.repository.addCredential(account.id, row, account.epoch);
    return 'added' in result ? id : null;
  }

  /** Enables one that is being set up. False: somebody else has changed it in between. */
  async enable(phone: Phone): Promise<boolean> {
    return this.#update(phone, { enabled: true, enabledAt: this.runtime.now() });
  }

  /** Notes that a code to it was used. Another use at the same time may be the one that is noted. */
  async noteUse(phone: Phone): Promise<void> {
    await this.#update(phone, {});
  }

  shown({ row: { id }, number }: { readonly row: Pick<Credential, 'id'>; readonly number: string }): ShownPhone {
    return { id, phone: `•••${number.slice(-2)}` };
  }

  /** The telephones among rows that have been read already. */
  in(rows: readonly Credential[]): readonly Phone[] {
    const now = this.runtime.now();
    return rows.flatMap((row) => {
      const number = row.kind === kind ? this.#open(row) : null;
      const isOver = row.expiresAt !== null && row.expiresAt.getTime() <= now;
      return number === null || isOver ? [] : [{ row, number, isEnabled: row.data['enabled'] === true }];
    });
  }

  async #of({ id }: StoredAccount): Promise<Phone[]> {
    return [...this.in(await this.repository.credentials(id, kind))];
  }

  async #update({ row, number }: Phone, changes: Credential['data']): Promise<boolean> {
    // Sealed anew, under the key that is current.
    const data = { ...row.data, number: this.#seal(row.accountId, row.id, number), ...changes };
    const lastUsedAt = new Date(this.runtime.now());
    const result = await this.repository.updateCredential({ ...row, data, lastUsedAt, expiresAt: null }, row.version);
    return 'updated' in result;
  }

  #seal(accountId: string, id: string, number: string): string {
    return sealed(this.keys, accountId, id, number);
  }

  /** Null: the secret key has been replaced, without a fallback. */
  #open({ accountId, id, data: { number } }: Credential): string | null {
    if (typeof number !== 'string') return null;
    const opened = this.keys.open(sealPurpose, Buffer.from(number, 'base64url'), contextOf(accountId, id));
    return opened === null ? null : opened.text.toString();
  }
}

/** One that is enabled already, since its owner has used it elsewhere. */
export function newPhoneRow(keys: KeyRing, accountId: string, id: string, number: string, now: Date): NewCredential {
  const data = { number: sealed(keys, accountId, id, number), enabled: true, enabledAt: now.getTime() };
  return { id, kind, data, createdAt: now };
}

function sealed(keys: KeyRing, accountId: string, id: string, number: string): string {
  return keys.seal(sealPurpose, Buffer.from(number), contextOf(accountId, id)).toString('base64url');
}

/** A number is bound to its row: copied to another account, it is worth nothing. */
function contextOf(accountId: string, id: string): Uint8Array {
  return Buffer.from(JSON.stringify([accountId, id]));
}

function usedAt({ row: { lastUsedAt, createdAt } }: Phone): number {
  return (lastUsedAt ?? createdAt).getTime();
}
