import { describe, expect, it } from '@jest/globals';
import { text } from '../../lib/config/kinds.js';
import { option } from '../../lib/config/option.js';
import '../../lib/accounts/events/account-events.js';
import { sessionEventNames } from '../../lib/session/observer.js';
import { sessionModuleOptions } from '../../lib/session-module.options.js';
import { optionEntries } from '../../lib/config/tree.js';
import * as publicFace from '../../lib/index.js';
import { declaredAccountEvents, declaredEvents } from '../../scripts/reference/events.js';
import { optionsTable } from '../../scripts/reference/options.js';
import { isDropped } from '../../scripts/reference/dropped.js';
import { generatedPages } from '../../scripts/reference/pages.js';
import { pages } from './pages.js';

const textOf = (path: string) => pages().find((page) => page.path === path)?.text;

describe.each(Object.entries(generatedPages))('%s', (path, make) => {
  it('is what `npm run docs` makes', () => {
    expect(textOf(path)).toBe(make());
  });
});

describe('the reference of options', () => {
  it('has each option in exactly one group', () => {
    const named = [...(textOf('docs/reference/options.md') ?? '').matchAll(/^\| `([\w.]+)` \|/gm)];
    const declared = optionEntries(sessionModuleOptions)
      .map(({ path }) => path)
      .filter((path) => !isDropped(path));
    expect(named.map(([, path = '']) => path).sort()).toEqual(declared.sort());
  });

  it('says of an option its environment keys, type, default and meaning', () => {
    const word = { kind: text({ pattern: /[a-z]+/, expected: 'letters' }), meaning: 'Where | it\nis.' };
    const tree = {
      plain: option<string>({ ...word, env: 'PLAIN', default: 'x' }),
      cookie: { name: option<string>({ ...word, env: null, default: 'sid', defaultText: 'a word' }) },
      varied: option<string>({
        ...word,
        env: 'SESSION_VARIED',
        default: (environment) => (environment === 'production' ? 'far' : 'near'),
      }),
    };
    expect(optionsTable(tree).split('\n')).toEqual([
      '| Option | Environment | Type | Default | Meaning |',
      '| --- | --- | --- | --- | --- |',
      '| `plain` | `PLAIN`, `SESSION_PLAIN` | letters | `x` | Where \\| it is. |',
      '| `cookie.name` | – | letters | a word | Where \\| it is. |',
      '| `varied` | `SESSION_VARIED` | letters | `far` in production, `near` in development, `near` in test | Where \\| it is. |',
    ]);
  });
});

describe('the reference of events', () => {
  const events = [...declaredEvents(), ...declaredAccountEvents()];

  it('has every event', () => {
    expect(events.map(({ name }) => name).sort()).toEqual([...sessionEventNames()].sort());
  });

  it('says of each when it is heard, and of each field what it means', () => {
    const silent = events.flatMap(({ name, comment, fields }) => [
      ...(comment === '' ? [name] : []),
      ...fields.filter((field) => field.comment === '').map((field) => `${name}.${field.name}`),
    ]);
    expect(silent).toEqual([]);
    expect(events.map(({ fields }) => fields.length)).not.toContain(0);
  });
});

describe('the reference of errors', () => {
  const rows = [
    ...(textOf('docs/reference/errors.md') ?? '').matchAll(/^\| `(\w+)` \| `(\w+)` \| (.+?) \| (.*) \|$/gm),
  ];
  const named = rows.map(([, name = '']) => name);

  it('has every class of errors that the package exports', () => {
    const exported = Object.entries(publicFace).filter(([, value]) => isErrorClass(value));
    expect(exported.length).toBeGreaterThan(10);
    expect(named).toEqual(expect.arrayContaining(exported.map(([name]) => name)));
  });

  it('says of each its status and what to do', () => {
    expect(rows.filter(([, , , status = '', meaning = '']) => !/^\d{3}/.test(status) || meaning === '')).toEqual([]);
    expect(rows).toContainEqual(expect.arrayContaining(['SessionStoreFullError', 'SESSION_STORE_UNAVAILABLE', '503']));
    expect(rows).toContainEqual(
      expect.arrayContaining(['SessionValueError', 'SESSION_VALUE_UNSUPPORTED', '400 or 500']),
    );
  });
});

function isErrorClass(value: unknown): boolean {
  return (
    typeof value === 'function' &&
    value.prototype instanceof publicFace.SessionError &&
    value !== publicFace.SessionError
  );
}
