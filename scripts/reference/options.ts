import { accountsModuleOptions } from '../../lib/accounts/accounts.options.js';
import { environmentKeys, type KeyPrefix } from '../../lib/config/environment-keys.js';
import { isOption, meaningOfGroup, type OptionTree } from '../../lib/config/option.js';
import { optionEntries, shortOf } from '../../lib/config/tree.js';
import { authOptions } from '../../lib/auth/auth.options.js';
import { httpOptions } from '../../lib/http/http.options.js';
import { sessionModuleOptions } from '../../lib/session-module.options.js';
import { sessionOptions } from '../../lib/session/session.options.js';
import { defaultTextOf } from './default-text.js';
import { isDropped } from './dropped.js';
import { code, page, table } from './markdown.js';

/** The titles of groups, by the name in code that their options begin with. A group without a title here is named by that. */
const titles: Readonly<Record<string, string>> = {
  redirects: 'Redirects',
  messages: 'Flash messages of redirects',
  protection: 'Protection',
  remember: 'Remember-me',
  csrf: 'Forged requests',
  limiter: 'Guessed passwords',
  cookie: 'The session cookie',
  sealed: 'Sessions in encrypted cookies',
};

/** `docs/reference/options.md`: every option, in groups, from the declarations in `lib/`. */
export function optionsPage(): string {
  const sections = groups().map(([title, tree]) =>
    [`## ${title}`, meaningOf(tree), optionsTable(tree)].filter((part) => part !== undefined).join('\n\n'),
  );
  return page(
    'Options',
    'the declarations of the options in `lib/`',
    'What `SessionModule.forRoot()` and `forRootAsync()` take, and the environment keys that set the same. A value given in code wins over the ' +
      'environment, and that over `defaults` in code, which takes the same options. [Which of them most applications need](../../README.md#settings).',
    [
      '- **Duration**: a number of seconds, or a string with a unit: `500ms`, `30s`, `15m`, `2h`, `31d`, `2w`.',
      '- **Size**: a number of bytes, or a string with a unit: `64kb`, `1mb` (1 kb is 1024 bytes).',
      '- **List**, in the environment: values separated by commas, or a JSON array.',
      '- **None**, in the environment: `none`, `never` or `null`.',
      '- **A group with a short form**: `maxSessionsPerUser: 3` is `maxSessionsPerUser: { max: 3 }`, and `messages.login` takes its text alone.',
      '- An option with a dash in the second column can be set in code only.',
    ].join('\n'),
    'All settings are checked when the application starts, and every bad one is reported at once.',
    ...sections,
  );
}

/** `docs/reference/accounts-options.md`: every option of the accounts module. */
export function accountsOptionsPage(): string {
  return page(
    'Options of accounts',
    'the declarations of the options in `lib/accounts/`',
    'What `AccountsModule.forRoot()` of [`nestjs-session-auth/accounts`](../accounts/README.md) takes, and the environment keys that set the same. A value ' +
      'given in code wins over the environment. It also takes `routes` and `prefix` (`SECURITY_URL_PREFIX`), which `forRootAsync()` takes beside its factory.',
    'Durations, sizes, lists and groups with a short form are written as in the [options of sessions](options.md). Durations may also have the form `5 days`.',
    optionsTable(accountsModuleOptions, 'SECURITY'),
  );
}

/** One row an option, in the order of declaration. */
export function optionsTable(tree: OptionTree, prefix: KeyPrefix = 'SESSION'): string {
  const rows = optionEntries(tree).map(({ path, option }) => [
    code(path),
    environmentKeys(path, option, prefix).map(code).join(', ') || '–',
    option.kind.expected,
    defaultTextOf(option),
    option.meaning,
  ]);
  return table(['Option', 'Environment', 'Type', 'Default', 'Meaning'], rows);
}

/** Each group with its options under their full names. What is declared in no room of its own belongs to keys and stores. */
function groups(): [string, OptionTree][] {
  const found = new Map<string, Record<string, OptionTree[string]>>();
  for (const { path, option } of optionEntries(sessionModuleOptions)) {
    if (isDropped(path)) continue;
    const title = groupOf(path);
    found.set(title, { ...found.get(title), [path]: option });
  }
  return [...found];
}

/** What the declaration of a group says; groups of this page alone have nothing to say. */
function meaningOf(options: OptionTree): string | undefined {
  const [name = ''] = Object.keys(options)[0]?.split('.') ?? [];
  const declared = Object.entries(sessionModuleOptions).find(([group]) => group === name)?.[1];
  return declared === undefined || isOption(declared) ? undefined : meaningOfGroup(declared);
}

/** Such a group stands among the options, by its short form. */
function hasShortForm(name: string): boolean {
  const node = Object.entries(sessionModuleOptions).find(([group]) => group === name)?.[1];
  return node !== undefined && !isOption(node) && shortOf(node) !== undefined;
}

function groupOf(path: string): string {
  const [first = '', second] = path.split('.');
  if (second !== undefined && !hasShortForm(first)) return titles[first] ?? `The store ${code(first)}`;
  if (first in sessionOptions) return 'Sessions';
  if (first in httpOptions) return 'Requests and responses';
  if (first in authOptions) return 'Users, logins and guards';
  return 'Secret and store';
}
