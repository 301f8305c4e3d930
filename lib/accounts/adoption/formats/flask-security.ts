import { AdoptionError } from '../adoption-error.js';
import { type AdoptionNote, type ForeignPasskey, type ForeignUser, Refused } from '../foreign-user.js';
import { openFernet } from '../secrets/fernet.js';
import { passlibTotpSecret } from '../secrets/passlib-totp.js';
import type { ForeignRow } from '../source/foreign-database.js';
import { countIn, flagIn, idIn, jsonIn, listIn, textIn, timeIn } from '../source/values.js';
import type { AdoptionSecrets, ForeignRecord, OpenForeignUsers } from './foreign-format.js';
import { OwnedRows } from './owned-rows.js';
import { RolesByTable } from './roles-by-table.js';
import { UsersTable } from './users-table.js';

const usual = {
  id: ['id'],
  email: ['email'],
  username: ['username'],
  password: ['password'],
  active: ['active'],
  confirmedAt: ['confirmed_at'],
  createdAt: ['create_datetime', 'created_at'],
  updatedAt: ['update_datetime'],
  loginCount: ['login_count'],
  lastAt: ['last_login_at'],
  lastIp: ['last_login_ip'],
  currentAt: ['current_login_at'],
  currentIp: ['current_login_ip'],
} as const;

const factorColumns = [
  'tf_primary_method',
  'tf_totp_secret',
  'tf_phone_number',
  'us_totp_secrets',
  'us_phone_number',
  'mf_recovery_codes',
  'fs_webauthn_user_handle',
];

const passkeyColumns = [
  ...['credential_id', 'public_key', 'sign_count', 'transports', 'backup_state', 'device_type', 'extensions'],
  ...['name', 'usage', 'create_datetime', 'lastuse_datetime'],
];

/** The tables of Flask-Security, as its models for SQLAlchemy make them. */
export const openFlaskSecurity: OpenForeignUsers = async (database, settings) => {
  const users = await UsersTable.open(database, settings, ['user', 'users'], usual, factorColumns);
  const roles = await RolesByTable.open(database, {
    links: ['roles_users', 'user_roles'],
    user: 'user_id',
    role: 'role_id',
    roles: ['role', 'roles'],
  });
  const passkeys = await OwnedRows.open(database, ['webauthn', 'web_authn'], ['user_id'], passkeyColumns);
  const { secrets } = settings;
  return {
    ...users.described,
    hints: [
      'Set SECURITY_PASSWORD_SALT in the new application to that of Flask-Security: without it, no hash matches, unless ' +
        'SECURITY_PASSWORD_SINGLE_HASH was on.',
    ],
    async gather(rows) {
      const ids = rows.flatMap((row) => row[users.key] ?? []);
      const [rolesOf, passkeysOf] = [await roles.of(ids), await passkeys.of(ids)];
      return rows.map((row) => {
        const id = idIn(row[users.key]);
        return { row, roles: rolesOf.get(id) ?? [], more: { passkeys: passkeysOf.get(id) ?? [] } };
      });
    },
    async decode(record) {
      const user = users.decode(record.row);
      return { ...user, roles: [...user.roles, ...record.roles], ...(await factorsOf(record, secrets)) };
    },
  };
};

type Factors = Pick<ForeignUser, 'totp' | 'phones' | 'recoveryCodes' | 'handle' | 'passkeys' | 'notes'>;

async function factorsOf({ row, more }: ForeignRecord, secrets: AdoptionSecrets): Promise<Factors> {
  const text = (name: string): string | null => textIn(row[name]);
  const notes: AdoptionNote[] = [];
  const stored = new Set<string>();
  const phones = new Set<string>();
  const phone = (name: string): string => {
    const number = text(name) ?? '';
    // Flask-Security stores E.164.
    if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new Refused('SECOND_FACTOR_UNREADABLE');
    return number;
  };
  const method = text('tf_primary_method');
  const secret = text('tf_totp_secret');
  if (method === 'authenticator' || method === 'google_authenticator') {
    if (secret === null) throw new Refused('SECOND_FACTOR_UNREADABLE');
    stored.add(secret);
  } else if (method === 'sms') phones.add(phone('tf_phone_number'));
  else if (method === 'email' || method === 'mail') notes.push('SECOND_FACTOR_BY_MAIL');
  else if (method !== null && secret !== null) throw new Refused('SECOND_FACTOR_UNREADABLE');
  const unified = unifiedSecrets(text('us_totp_secrets'));
  if (unified.authenticator !== undefined) stored.add(unified.authenticator);
  if (unified.sms !== undefined) phones.add(phone('us_phone_number'));
  const totp = await Promise.all([...stored].map((one) => passlibTotpSecret(one, needed(one, secrets))));
  const codes = recoveryCodesOf(listIn(row['mf_recovery_codes']), secrets.recoveryCodeKeys ?? []);
  if (codes.isIncomplete) notes.push('RECOVERY_CODES_UNREADABLE');
  const handle = text('fs_webauthn_user_handle');
  return {
    totp: [...new Set(totp)],
    phones: [...phones],
    recoveryCodes: codes.codes,
    // Authenticators got the bytes of its text.
    handle: handle === null ? null : Buffer.from(handle).toString('base64url'),
    passkeys: (more['passkeys'] ?? []).map(passkeyOf),
    notes,
  };
}

/** @throws AdoptionError: a whole table of second factors must not be refused for want of a setting */
function needed(stored: string, { totpSecrets }: AdoptionSecrets): Readonly<Record<string, string>> {
  if (totpSecrets === undefined && stored.includes('"enckey"')) {
    throw new AdoptionError(
      'Secrets of authenticator apps are encrypted in this table. Set SECURITY_TOTP_SECRETS to that of the Flask application, as JSON: ' +
        '{"1": "…"}.',
    );
  }
  return totpSecrets ?? {};
}

/** Of unified sign-in: secrets by the way in which codes come. @throws Refused */
function unifiedSecrets(text: string | null): { readonly authenticator?: string; readonly sms?: string } {
  if (text === null) return {};
  const value = jsonIn(text);
  if (typeof value !== 'object' || value === null) throw new Refused('SECOND_FACTOR_UNREADABLE');
  const one = (name: string): string | undefined => {
    const secret: unknown = Reflect.get(value, name);
    return typeof secret === 'string' && secret !== '' ? secret : undefined;
  };
  const [authenticator, sms] = [one('authenticator'), one('sms')];
  return { ...(authenticator !== undefined && { authenticator }), ...(sms !== undefined && { sms }) };
}

const recoveryCode = /^[0-9a-f]{4}(?:-[0-9a-f]{4}){2}$/i;

function recoveryCodesOf(
  stored: readonly string[],
  keys: readonly string[],
): { readonly codes: readonly string[]; readonly isIncomplete: boolean } {
  const codes = stored
    .map((one) => (recoveryCode.test(one) ? one : openFernet(one, keys)))
    .filter((one): one is string => one !== null && recoveryCode.test(one));
  return { codes: [...new Set(codes)], isIncomplete: codes.length < stored.length };
}

/** @throws Refused */
function passkeyOf(row: ForeignRow): ForeignPasskey {
  const [id, key] = [row['credential_id'], row['public_key']];
  if (!Buffer.isBuffer(id) || !Buffer.isBuffer(key)) throw new Refused('SECOND_FACTOR_UNREADABLE');
  const extensions = jsonIn(row['extensions']);
  const properties: unknown =
    typeof extensions === 'object' && extensions !== null ? Reflect.get(extensions, 'credProps') : null;
  const isResident: unknown =
    typeof properties === 'object' && properties !== null ? Reflect.get(properties, 'rk') : null;
  return {
    facts: {
      credentialId: id.toString('base64url'),
      publicKey: key.toString('base64url'),
      counter: countIn(row['sign_count']),
      transports: listIn(row['transports']),
      isSyncable: textIn(row['device_type']) === 'multi_device',
      isBackedUp: flagIn(row['backup_state']) === true,
      isDiscoverable: typeof isResident === 'boolean' ? isResident : null,
      aaguid: '00000000-0000-0000-0000-000000000000',
    },
    hasOwnHandle: false,
    name: textIn(row['name']),
    createdAt: timeIn(row['create_datetime']),
    lastUsedAt: timeIn(row['lastuse_datetime']),
  };
}
