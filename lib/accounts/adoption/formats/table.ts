import type { OpenForeignUsers } from './foreign-format.js';
import { UsersTable, withoutMore } from './users-table.js';

const usual = {
  id: ['id'],
  email: ['email'],
  username: ['username'],
  password: ['password', 'password_hash', 'encrypted_password', 'hashed_password'],
  // One that is overlooked would let in who is disabled.
  active: ['active', 'is_active', 'enabled'],
  confirmedAt: ['confirmed_at', 'email_confirmed_at', 'email_verified_at', 'email_verified'],
  createdAt: ['created_at', 'createdAt'],
  updatedAt: ['updated_at', 'updatedAt'],
  roles: ['roles', 'role'],
} as const;

/** A table of no framework that is known, with a row for each user. */
export const openTable: OpenForeignUsers = async (database, settings) =>
  withoutMore(await UsersTable.open(database, settings, [], usual));
