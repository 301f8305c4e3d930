import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountsModuleOptions } from '../../lib/accounts/accounts.options.js';
import { flaskSecurityKeys } from '../../lib/accounts/flask-security-keys.js';
import { alwaysValidate } from '../../lib/accounts/trusted-devices/trusted-devices.options.js';
import { optionEntries } from '../../lib/config/tree.js';
import { flaskSecuritySettings } from './flask-security-names.js';
import { project } from './library.js';
import { code, table } from './markdown.js';

export const flaskSecurityPagePath = 'docs/accounts/coming-from-flask-security.md';

const begin = '<!-- Made by `npm run docs` from `lib/accounts/flask-security-keys.ts` and the options: -->';
const end = '<!-- until here. -->';

/** The page, with its table of configuration keys made anew; the rest of it is written by hand. */
export function flaskSecurityPage(): string {
  const text = readFileSync(join(project, flaskSecurityPagePath), 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${flaskSecurityPagePath} has no place for the keys.`);
  }
  return `${before}${begin}\n\n${keysTable()}\n\n${end}${after}`;
}

/** A row a key: the option that has it, or what replaces it. */
function keysTable(): string {
  const options = new Map(
    optionEntries(accountsModuleOptions).flatMap(({ path, option }): [string, string][] =>
      typeof option.env === 'string' ? [[option.env, path]] : [],
    ),
  );
  options.set('SECURITY_URL_PREFIX', 'prefix');
  const rows = flaskSecuritySettings.map((key) => {
    if (key === alwaysValidate) return [code(key), `the same key; ${code('false')} is ${code('trustedDevices: true')}`];
    const option = options.get(key);
    return [code(key), option === undefined ? insteadOf(key) : `the same key, or ${code(option)}`];
  });
  return table(['Flask-Security', 'here'], rows);
}

function insteadOf(key: string): string {
  const instead = flaskSecurityKeys.get(key);
  if (instead === undefined) throw new Error(`flask-security-keys.ts does not say what replaces ${key}.`);
  // Names of keys and options are code in a page; in a log they are words.
  return instead.replace(
    /\b(?:SECURITY|SESSION|SECRET)_[A-Z_]+\b|@\w+\(\)|\b[a-z]+(?:[A-Z]\w*|\.\w+)\b|GET <prefix>/g,
    code,
  );
}
