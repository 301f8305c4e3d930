import { type OptionKind, OptionMismatch } from '../../config/option.js';

/** What of a connection string matters here; the driver reads the rest. */
export interface MongoDbUrl {
  /** The database that it names; null: none. */
  readonly database: string | null;
  /** The names of the driver's settings in its query, in lower case. */
  readonly settings: ReadonlySet<string>;
  /** What must not appear in a message: passwords, in the spellings that may turn up, and the text that holds them. */
  readonly secrets: readonly string[];
}

/** Several servers may stand in it, with a comma between, so it is no URL in the sense of the standard. */
const form =
  /^mongodb(?:\+srv)?:\/\/(?:([^?]*)@)?((?:[\w.%-]+|\[[\w:.%]+\])(?::\d{1,5})?(?:,(?:[\w.%-]+|\[[\w:.%]+\])(?::\d{1,5})?)*)(?:\/([^?/]*))?(?:\?([^]*))?$/i;

/** Settings of the driver that are secret, or hold what is. */
const secretSettings = ['tlscertificatekeyfilepassword', 'proxypassword', 'authmechanismproperties'];

/** `null`: no connection string. */
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

/** A connection string, as {@link parseMongoDbUrl} reads it, or null. The text comes out as it went in. */
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

/** A lone per cent sign is a password, too. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
