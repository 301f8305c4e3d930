import { Refused } from '../foreign-user.js';
import { flagIn, timeIn } from '../source/values.js';
import type { OpenForeignUsers } from './foreign-format.js';
import { UsersTable, withoutMore } from './users-table.js';

const usual = {
  id: ['id'],
  email: ['email'],
  username: ['username'],
  password: ['encrypted_password'],
  confirmedAt: ['confirmed_at'],
  createdAt: ['created_at'],
  updatedAt: ['updated_at'],
  loginCount: ['sign_in_count'],
  lastAt: ['last_sign_in_at'],
  lastIp: ['last_sign_in_ip'],
  currentAt: ['current_sign_in_at'],
  currentIp: ['current_sign_in_ip'],
} as const;

/** `unlock_in` of Devise, unless it was changed, in ms. */
const lockedFor = 3_600_000;

/** The table of Devise. */
export const openDevise: OpenForeignUsers = async (database, settings) => {
  const users = await UsersTable.open(database, settings, ['users'], usual, ['locked_at', 'otp_required_for_login']);
  const plain = withoutMore(users);
  return {
    ...plain,
    hints: [
      'If Devise has a pepper, set DEVISE_PEPPER in the new application (passwords.devisePepper): without it, no hash matches.',
      ...(users.has('confirmedAt')
        ? []
        : ['The table does not say whose address is confirmed. To treat all of them as confirmed, use --confirmed.']),
    ],
    async decode(record) {
      // Of devise-two-factor, whose secrets the keys of Rails encrypt.
      if (flagIn(record.row['otp_required_for_login']) === true) throw new Refused('SECOND_FACTOR_UNREADABLE');
      const lockedAt = timeIn(record.row['locked_at']);
      const lockedUntil = lockedAt && new Date(lockedAt.getTime() + lockedFor);
      return { ...(await plain.decode(record)), lockedUntil };
    },
  };
};
