import { AdoptionError } from '../adoption-error.js';
import { type AdoptionNote, type ForeignPasskey, type ForeignUser, Refused } from '../foreign-user.js';
import { toBase32 } from '../secrets/base32.js';
import { openBetterAuth } from '../secrets/xchacha.js';
import type { ForeignRow } from '../source/foreign-database.js';
import type { ForeignValue } from '../source/source-dialect.js';
import { countIn, flagIn, idIn, jsonIn, listIn, textIn, timeIn } from '../source/values.js';
import type { OpenForeignUsers } from './foreign-format.js';
import { OwnedRows } from './owned-rows.js';
import { UsersTable } from './users-table.js';

/** A column's name, and as ORMs that write underscores have it. */
const both = (name: string): readonly string[] => [name, underscored(name)];

const usual = {
  id: ['id'],
  email: ['email'],
  username: ['username'],
  confirmedAt: both('emailVerified'),
  createdAt: both('createdAt'),
  updatedAt: both('updatedAt'),
  roles: ['role'],
};
const more = ['twoFactorEnabled', 'banned', 'banExpires'].flatMap(both);
const owners = both('userId');

/** The tables of better-auth, and of its plugins `username`, `admin`, `twoFactor` and `passkey`. */
export const openBetterAuthUsers: OpenForeignUsers = async (database, settings) => {
  const users = await UsersTable.open(database, settings, ['user', 'users'], usual, more);
  const open = (names: readonly string[], columns: readonly string[]): Promise<OwnedRows> =>
    OwnedRows.open(database, names, owners, columns.flatMap(both));
  const accounts = await open(['account', 'accounts'], ['providerId', 'password']);
  const factors = await open(['twoFactor', 'two_factor', 'twoFactors'], ['secret', 'backupCodes', 'verified']);
  const passkeys = await open(
    ['passkey', 'passkeys'],
    ['name', 'publicKey', 'credentialID', 'counter', 'deviceType', 'backedUp', 'transports', 'createdAt', 'aaguid'],
  );
  const secrets = settings.secrets.betterAuth ?? [];
  return {
    ...users.described,
    hints: [],
    async gather(rows) {
      const ids = rows.flatMap((row) => row[users.key] ?? []);
      const owned = {
        accounts: await accounts.of(ids),
        factors: await factors.of(ids),
        passkeys: await passkeys.of(ids),
      };
      return rows.map((row) => {
        const of = (name: keyof typeof owned): readonly ForeignRow[] => owned[name].get(idIn(row[users.key])) ?? [];
        return { row, roles: [], more: { accounts: of('accounts'), factors: of('factors'), passkeys: of('passkeys') } };
      });
    },
    async decode({ row, more: { accounts: logins = [], factors = [], passkeys: keys = [] } }) {
      const user = users.decode(row);
      const own = logins.find((login) => textIn(either(login, 'providerId')) === 'credential');
      const second = flagIn(either(row, 'twoFactorEnabled')) === true ? factorOf(factors[0], secrets) : noFactor;
      return Promise.resolve({
        ...user,
        ...banIn(row),
        password: textIn(own?.['password']),
        ...second,
        passkeys: keys.map(passkeyOf),
      });
    },
  };
};

type Factor = Pick<ForeignUser, 'totp' | 'recoveryCodes' | 'notes'>;
const noFactor: Factor = { totp: [], recoveryCodes: [], notes: [] };

/** @throws Refused, or AdoptionError without a secret: not all users must be refused for want of a setting */
function factorOf(row: ForeignRow | undefined, secrets: readonly string[]): Factor {
  const stored = textIn(row?.['secret']);
  if (row === undefined || stored === null) throw new Refused('SECOND_FACTOR_UNREADABLE');
  if (secrets.length === 0) {
    throw new AdoptionError(
      'Secrets of authenticator apps are encrypted in this table. Set BETTER_AUTH_SECRET to that of better-auth.',
    );
  }
  const secret = openBetterAuth(stored, secrets);
  if (secret === null) throw new Refused('SECOND_FACTOR_UNREADABLE');
  const text = textIn(either(row, 'backupCodes'));
  const codes = text === null ? [] : jsonIn(text.startsWith('[') ? text : openBetterAuth(text, secrets));
  const readable = Array.isArray(codes) ? codes.filter(isBackupCode) : [];
  const notes: AdoptionNote[] =
    Array.isArray(codes) && readable.length === codes.length ? [] : ['RECOVERY_CODES_UNREADABLE'];
  // An app that was never used: codes came by mail.
  if (flagIn(row['verified']) === false) return { totp: [], recoveryCodes: [], notes: ['SECOND_FACTOR_BY_MAIL'] };
  // Its text itself is the key.
  return { totp: [toBase32(Buffer.from(secret))], recoveryCodes: [...new Set(readable)], notes };
}

function isBackupCode(code: unknown): code is string {
  return typeof code === 'string' && /^[A-Za-z0-9]{5}-[A-Za-z0-9]{5}$/.test(code);
}

function banIn(row: ForeignRow): Partial<Pick<ForeignUser, 'active' | 'lockedUntil'>> {
  if (flagIn(row['banned']) !== true) return {};
  const lockedUntil = timeIn(either(row, 'banExpires'));
  return lockedUntil === null ? { active: false } : { lockedUntil };
}

/** @throws Refused */
function passkeyOf(row: ForeignRow): ForeignPasskey {
  const id = textIn(either(row, 'credentialID') ?? row['credential_id']) ?? '';
  const key = textIn(either(row, 'publicKey')) ?? '';
  if (!/^[\w-]{8,1400}$/.test(id) || !/^[A-Za-z0-9+/_-]{8,4000}=*$/.test(key)) {
    throw new Refused('SECOND_FACTOR_UNREADABLE');
  }
  return {
    facts: {
      credentialId: id,
      publicKey: Buffer.from(key, 'base64').toString('base64url'),
      counter: countIn(row['counter']),
      transports: listIn(row['transports']),
      isSyncable: textIn(either(row, 'deviceType')) === 'multiDevice',
      isBackedUp: flagIn(either(row, 'backedUp')) === true,
      isDiscoverable: null,
      aaguid: textIn(row['aaguid']) ?? '00000000-0000-0000-0000-000000000000',
    },
    hasOwnHandle: true,
    name: textIn(row['name']),
    createdAt: timeIn(either(row, 'createdAt')),
    lastUsedAt: null,
  };
}

function either(row: ForeignRow, name: string): ForeignValue | undefined {
  return row[name] ?? row[underscored(name)];
}

function underscored(name: string): string {
  return name.replace(/[A-Z]+/g, (capitals) => `_${capitals.toLowerCase()}`);
}
