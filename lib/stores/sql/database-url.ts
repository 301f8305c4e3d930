import { decoded } from '../../config/decoded.js';
import { type OptionKind, OptionMismatch } from '../../config/option.js';
import { parseUrl } from '../../config/parse-url.js';

/** The kind of database that a URL names, by its scheme. */
const schemes = new Map([
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
  ['sqlite', 'sqlite'],
] as const);

export type DatabaseKind = 'postgres' | 'mysql' | 'sqlite';

export interface DatabaseAddress {
  readonly kind: DatabaseKind;
  /** The URL, or the path of a SQLite file. */
  readonly target: string;
}

/** What a database URL names; `null` if it is invalid. */
export function parseDatabaseUrl(url: string): DatabaseAddress | null {
  const [, scheme = '', rest = ''] = /^([a-z]+):([^]*)$/i.exec(url) ?? [];
  const kind = kindOf(scheme.toLowerCase());
  if (kind === null || rest.includes('\0')) return null;
  // With two slashes, some tools would read the path as relative, others as absolute.
  if (kind === 'sqlite') return rest === '' || rest.startsWith('//') ? null : { kind, target: rest };
  return rest.startsWith('//') && parseUrl(url) !== null ? { kind, target: url } : null;
}

/** The URL of a database, as {@link parseDatabaseUrl} reads it, or null. The string is returned unchanged. */
export function databaseUrl(): OptionKind<string | null> {
  return {
    expected:
      'a URL that begins with postgres:// or mysql://, or sqlite: and the path of a file, such as sqlite:./sessions.db',
    parse(raw, source) {
      if (raw === null && source === 'code') return null;
      if (typeof raw !== 'string') return new OptionMismatch();
      const url = raw.trim();
      return parseDatabaseUrl(url) === null ? new OptionMismatch() : url;
    },
  };
}

/** The server's address for messages: no user, no password, no query. */
export function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** The password in every spelling that may occur, and the URL that contains it. */
export function secretsOf(url: string): string[] {
  const { password, searchParams } = new URL(url);
  const spellings = [url, password, decoded(password), searchParams.get('password') ?? ''];
  const hasPassword = spellings.slice(1).some((spelling) => spelling !== '');
  return hasPassword ? [...new Set(spellings)].filter((spelling) => spelling !== '') : [];
}

function kindOf(scheme: string): DatabaseKind | null {
  for (const [name, kind] of schemes) if (name === scheme) return kind;
  return null;
}
