import type { ForeignColumnName, ForeignFormat } from '../../accounts/index.js';
import { UsageError } from '../usage-error.js';

/** The frameworks that the command knows. */
export const foreignFormats: readonly ForeignFormat[] = ['flask-security', 'django', 'devise', 'better-auth', 'table'];

/** What a column holds, whose name can be said. */
export const foreignColumns: readonly ForeignColumnName[] = [
  'id',
  'email',
  'username',
  'password',
  'active',
  'confirmedAt',
  'createdAt',
  'updatedAt',
  'roles',
];

/** Adds `name=value` to what was given before. @throws UsageError */
export function pairs(given: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(given) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`Expected a name, = and a value, instead of ${given}.`);
  }
  return { ...before, [name]: value };
}
