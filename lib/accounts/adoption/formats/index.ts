import { openBetterAuthUsers } from './better-auth.js';
import { openDevise } from './devise.js';
import { openDjango } from './django.js';
import { openFlaskSecurity } from './flask-security.js';
import type { OpenForeignUsers } from './foreign-format.js';
import { openTable } from './table.js';

/** The frameworks whose tables are known, and how each is read; `table` is that of none. */
export const foreignFormats = {
  'flask-security': openFlaskSecurity,
  django: openDjango,
  devise: openDevise,
  'better-auth': openBetterAuthUsers,
  table: openTable,
} as const satisfies Readonly<Record<string, OpenForeignUsers>>;

/** A supported framework. @publicApi */
export type ForeignFormat = keyof typeof foreignFormats;
