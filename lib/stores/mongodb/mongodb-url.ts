import { decoded } from '../../config/decoded.js';
import { type OptionKind, OptionMismatch } from '../../config/option.js';

/** The parts of a connection string that matter here; the driver reads the rest. */
export interface MongoDbUrl {
  /** The database that it names, or null. */
  readonly database: string | null;
  /** The names of the driver's settings in its query, in lower case. */
  readonly settings: ReadonlySet<string>;
  /** Strings to remove from messages: passwords in every spelling that may occur, and what contains them. */
  readonly secrets: readonly string[];
}

/** It may list several servers, separated by commas, so it is not a URL in the sense of the standard. */
const form =
  /^mongodb(?:\+srv)?:\/\/(?:([^?]*)@)?((?:[\w.%-]+|\[[\w:.%]+\])(?::\d{1,5})?(?:,(?:[\w.%-]+|\[[\w:.%]+\])(?::\d{1,5})?)*)(?:\/([^?/]*))?(?:\?([^]*))?$/i;

/** Settings of the driver that are or contain secrets. */
const secretSettings = ['tlscertificatekeyfilepassword', 'proxypassword', 'authmechanismproperties'];

/** `null`: not a connection string. */
export function parseMongoDbUrl(url: string): MongoDbUrl | null {
  const match = form.exec(url);
  if (match === null) return null;
  const [, user = '', , database = '', query = ''] = match;
  const settings = query.split('&').map((setting): [name: string, value: string] => {
    const [name = '', ...value] = setting.split('=');
    return [name.toLowerCase(), value.join('=')];
  });
  const passwords = [
    user.includes(':') ? user.slice(user.indexOf(':') + 1) : '',
    ...settings.flatMap(([name, value]) => (secretSettings.includes(name) ? [value] : [])),
  ].filter((password) => password !== '');
  return {
    database: database === '' ? null : decoded(database),
    settings: new Set(settings.map(([name]) => name)),
    secrets: passwords.length === 0 ? [] : [...new Set([url, ...passwords, ...passwords.map(decoded)])],
  };
}

/** A connection string, as {@link parseMongoDbUrl} reads it, or null. The string is returned unchanged. */
export function mongoDbUrl(): OptionKind<string | null> {
  return {
    expected: 'a URL that begins with mongodb:// or mongodb+srv://, such as mongodb://127.0.0.1:27017/shop',
    parse(raw, source) {
      if (raw === null && source === 'code') return null;
      if (typeof raw !== 'string') return new OptionMismatch();
      const url = raw.trim();
      return parseMongoDbUrl(url) === null ? new OptionMismatch() : url;
    },
  };
}
