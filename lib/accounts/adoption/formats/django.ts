import { Refused } from '../foreign-user.js';
import { toBase32 } from '../secrets/base32.js';
import type { ForeignRow } from '../source/foreign-database.js';
import { flagIn, idIn, textIn } from '../source/values.js';
import type { OpenForeignUsers } from './foreign-format.js';
import { OwnedRows } from './owned-rows.js';
import { RolesByTable } from './roles-by-table.js';
import { UsersTable } from './users-table.js';

const usual = {
  id: ['id'],
  email: ['email'],
  username: ['username'],
  password: ['password'],
  active: ['is_active'],
  createdAt: ['date_joined'],
  currentAt: ['last_login'],
} as const;

/** The tables of `django.contrib.auth`, and the authenticator apps of django-otp. */
export const openDjango: OpenForeignUsers = async (database, settings) => {
  const users = await UsersTable.open(database, settings, ['auth_user'], usual);
  const { schema, name } = users.table.name;
  const groups = await RolesByTable.open(database, {
    links: [`${schema === null ? '' : `${schema}.`}${name}_groups`],
    user: 'user_id',
    role: 'group_id',
    roles: ['auth_group'],
  });
  const apps = await OwnedRows.open(
    database,
    ['otp_totp_totpdevice'],
    ['user_id'],
    ['key', 'confirmed', 'digits', 'step', 't0'],
  );
  return {
    ...users.described,
    hints: users.has('confirmedAt')
      ? []
      : ['Django does not say whose address is confirmed. To treat all of them as confirmed, use --confirmed.'],
    async gather(rows) {
      const ids = rows.flatMap((row) => row[users.key] ?? []);
      const [groupsOf, appsOf] = [await groups.of(ids), await apps.of(ids)];
      return rows.map((row) => {
        const id = idIn(row[users.key]);
        return { row, roles: groupsOf.get(id) ?? [], more: { apps: appsOf.get(id) ?? [] } };
      });
    },
    async decode({ row, roles, more }) {
      const user = users.decode(row);
      const confirmed = (more['apps'] ?? []).filter((app) => flagIn(app['confirmed']) === true);
      return {
        ...user,
        // One with an address for a name has none here, and needs none.
        username: user.username?.includes('@') === true ? null : user.username,
        roles: [...user.roles, ...roles],
        totp: confirmed.map(secretOf),
      };
    },
  };
};

/** @throws Refused for one with other codes than six digits every 30 seconds */
function secretOf(app: ForeignRow): string {
  const key = textIn(app['key']) ?? '';
  const isUsual = textIn(app['digits']) === '6' && textIn(app['step']) === '30' && textIn(app['t0']) === '0';
  if (!isUsual || !/^(?:[0-9a-f]{2}){10,64}$/i.test(key)) throw new Refused('SECOND_FACTOR_UNREADABLE');
  return toBase32(Buffer.from(key, 'hex'));
}
