/** The names that options had before, which are accepted until version 1.0. Nothing else in the library knows them. */
import { environmentKeys } from './config/environment-keys.js';
import {
  environmentWithoutFormerNames,
  withoutFormerNames,
  type FormerName,
  type FormerWords,
} from './config/former-names.js';
import { bool, oneOf } from './config/kinds.js';
import { option, type OptionInput, type OptionTree, type ResolvedOptions } from './config/option.js';
import { optionOrigins, readOptions, type GivenOptions, type ReadOptions } from './config/read.js';
import type { RoomCheck } from './config/room-check.js';
import { settingName } from './config/setting-name.js';
import { optionEntries } from './config/tree.js';
import { cookieNameForm } from './cookie/cookie-name-form.js';
import type { CookieOptions } from './cookie/cookie.options.js';
import { prefixOf } from './cookie/name-prefix.js';
import { defaultCookieName } from './cookie/resolved-cookie.js';
import type { ConfigProblem } from './errors.js';
import type { Refresh } from './session/refresh.js';

/** Each former name in code, and the one in its place. */
export const formerNames: readonly FormerName[] = [
  moved('loginUrl', 'redirects.loginUrl'),
  moved('confirmUrl', 'redirects.confirmUrl'),
  moved('refusal', 'redirects.refusal'),
  moved('nextField', 'redirects.nextField'),
  moved('nextInSession', 'redirects.nextInSession', { SESSION_NEXT_IN_SESSION: 'USE_SESSION_FOR_NEXT' }),
  moved('redirectHost', 'redirects.host', { SESSION_REDIRECT_HOST: 'FORCE_HOST_FOR_REDIRECTS' }),
  moved('loginMessage', 'messages.login.text'),
  moved('loginMessageCategory', 'messages.login.category'),
  moved('confirmMessage', 'messages.confirm.text'),
  moved('confirmMessageCategory', 'messages.confirm.category'),
  moved('protection', 'protection.mode'),
  moved('protectionIpv4', 'protection.ipv4'),
  moved('protectionIpv6', 'protection.ipv6'),
  moved('onTooManySessions', 'maxSessionsPerUser.onTooMany', { SESSION_ON_TOO_MANY_SESSIONS: 'SESSION_ON_TOO_MANY' }),
  moved('everyoneInterval', 'logoutAllUsersInterval'),
  { former: 'refreshInterval', now: 'refresh', nullAs: 'auto' },
  { former: 'refreshEachRequest', now: 'refresh', isPartOf: () => true },
  {
    former: 'cookie.prefix',
    now: 'cookie.name',
    keys: { SESSION_COOKIE_PREFIX: 'SESSION_COOKIE_NAME' },
    isPartOf: (name) => typeof name === 'string' && cookieNameForm(name).isAuto,
  },
  { former: 'idLength', now: null },
  { former: 'sealed.compress', now: null, keys: { SESSION_SEALED_COMPRESS: null } },
  { former: 'sealed.compressAbove', now: null, keys: { SESSION_SEALED_COMPRESS_ABOVE: null } },
  { former: 'limiter.deviceCookieName', now: null, keys: { SESSION_LIMITER_DEVICE_COOKIE_NAME: null } },
];

/** The same for words that an option takes. */
export const formerWords: readonly FormerWords[] = [
  {
    option: 'timeouts',
    keys: ['SESSION_TIMEOUTS'],
    words: new Map([
      ['aal1', 'monthly'],
      ['aal2', 'daily'],
      ['aal3', 'twice-daily'],
    ]),
  },
];

/** What was an option of its own, and is a part of another one. */
export const formerOptions = {
  // Its environment key is Flask's, and stays.
  refreshEachRequest: option<boolean | null, boolean>({
    env: 'SESSION_REFRESH_EACH_REQUEST',
    kind: bool(),
    default: null,
    meaning: 'Whether reading a session extends its life.',
  }),
  cookie: {
    prefix: option({
      env: 'SESSION_COOKIE_PREFIX',
      kind: oneOf(['auto', 'host', 'secure', 'none'], { nullable: true }),
      default: null,
      meaning: 'The prefix of the name of the session cookie.',
    }),
  },
};

type FormerSettings = ResolvedOptions<typeof formerOptions>;

/** What code may pass for them. */
export type FormerByDeclaration = OptionInput<typeof formerOptions>;

/** The options that they are a part of. */
interface Merged {
  readonly refresh: Refresh;
  readonly cookie: CookieOptions;
}

/** The settings of an application without the former names. */
interface CurrentSettings extends RoomCheck {
  readonly given: GivenOptions;
  /** What is a part of other options now. */
  readonly apart: ReadOptions<typeof formerOptions>;
}

/** Replaces the former names in what an application set. One warning lists those that it uses. */
export function withoutFormer(
  tree: OptionTree,
  { code, defaults, source, environment }: GivenOptions,
): CurrentSettings {
  const names = { names: formerNames, words: formerWords };
  const inCode = withoutFormerNames(tree, code, names);
  const inDefaults = withoutFormerNames(tree, defaults, names, 'defaults.');
  const inEnvironment = environmentWithoutFormerNames(source, names);
  const apart = { code: inCode.apart, defaults: inDefaults.apart, source, environment };
  const found = [...inCode.found, ...inDefaults.found, ...inEnvironment.found];
  return {
    given: { code: inCode.given, defaults: inDefaults.given, source: inEnvironment.source, environment, furtherKeys },
    apart: readOptions(formerOptions, apart),
    problems: [...inCode.problems, ...inDefaults.problems],
    warnings:
      found.length === 0 ? [] : [`Former names of settings are accepted until version 1.0: ${found.join(', ')}.`],
  };
}

/** What was read, with the parts that were options of their own. */
export function withFormerParts<Options extends Merged>(
  { options, origins }: Pick<ReadOptions<unknown>, 'origins'> & { readonly options: Options },
  { apart, problems, warnings }: CurrentSettings,
): RoomCheck & { readonly options: Options } {
  const { refreshEachRequest, cookie } = apart.options;
  const strength = (path: string, from = origins): number => -optionOrigins.indexOf(from.get(path) ?? 'built-in');
  const refresh =
    strength('refresh') > strength('refreshEachRequest', apart.origins)
      ? options.refresh
      : refreshWith(
          options.refresh,
          refreshEachRequest,
          strength('refresh') === strength('refreshEachRequest', apart.origins),
        );
  const isNameWeaker = strength('cookie.name') < strength('cookie.prefix', apart.origins);
  const named = nameWith(options.cookie.name, cookie.prefix, isNameWeaker);
  const name = 'problem' in named ? options.cookie.name : named.name;
  return {
    options: { ...options, refresh, cookie: { ...options.cookie, name } },
    problems: [...problems, ...apart.problems, ...('problem' in named ? [named] : [])],
    warnings,
  };
}

/** @param isBeside whether both are set in the same place */
function refreshWith(refresh: Refresh, eachRequest: boolean | null, isBeside: boolean): Refresh {
  if (eachRequest === false) return false;
  return eachRequest === true && refresh === false && !isBeside ? 'auto' : refresh;
}

function nameWith(
  name: string | null,
  prefix: FormerSettings['cookie']['prefix'],
  isWeaker: boolean,
): ConfigProblem | { readonly name: string | null } {
  const { isAuto, base } = cookieNameForm(name);
  if (prefix === null || (isAuto && !isWeaker)) return { name };
  const own = base === null ? null : prefixOf(base);
  if (own !== null) {
    const isSame = prefix === 'host' ? own.startsWith('__Host-') : prefix !== 'secure' || own === '__Secure-';
    if (isSame) return { name: base };
    const problem = `is ${prefix}, but the name already begins with ${own}: set one of them`;
    return { setting: settingName(formerOptions.cookie.prefix.env, 'cookie.prefix'), problem };
  }
  if (prefix === 'auto') return { name: base === null ? 'auto' : `auto:${base}` };
  const written = { host: '__Host-', secure: '__Secure-', none: '' }[prefix];
  return { name: written + (base ?? defaultCookieName) };
}

/** The environment keys that go with former names, by the options that they set. */
const furtherKeys: ReadonlyMap<string, readonly string[]> = new Map(
  formerNames.flatMap(({ now, keys, isPartOf }) =>
    now === null || keys === undefined || isPartOf !== undefined ? [] : [[now, Object.keys(keys)] as const],
  ),
);

/** Every environment key that is read besides those of the options. */
export const formerKeys: readonly string[] = [
  ...[...furtherKeys.values()].flat(),
  ...optionEntries(formerOptions).flatMap(({ path, option: declared }) => environmentKeys(path, declared)),
];

function moved(former: string, now: string, keys?: Readonly<Record<string, string>>): FormerName {
  return keys === undefined ? { former, now } : { former, now, keys };
}
