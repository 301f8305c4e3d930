import type { OpenForeignUsers } from './foreign-format.js';
import { openFlaskSecurity } from './flask-security.js';

/** The frameworks whose tables are known, and how each is read. */
export const foreignFormats = {
  'flask-security': openFlaskSecurity,
} as const satisfies Readonly<Record<string, OpenForeignUsers>>;

/** A framework whose tables are known. @publicApi */
export type ForeignFormat = keyof typeof foreignFormats;
