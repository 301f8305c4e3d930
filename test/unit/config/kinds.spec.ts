import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  bool,
  boolOr,
  duration,
  fn,
  instance,
  integer,
  list,
  nullable,
  octal,
  oneOf,
  secret,
  size,
  text,
  url,
} from '../../../lib/config/kinds.js';
import { type OptionKind, OptionMismatch, type OptionSource } from '../../../lib/config/option.js';

const refused = Symbol('refused');

function read(kind: OptionKind<unknown, unknown>, raw: unknown, source: OptionSource = 'environment'): unknown {
  const value = kind.parse(raw, source);
  return value instanceof OptionMismatch ? refused : value;
}

const digits = text({ pattern: /[0-9]+/, expected: 'digits' });
const proto = oneOf(['fail', 'anonymous']);
const bytes = new Uint8Array([1, 2, 3]);

/** kind, value of the environment, what comes out */
const environmentCases: readonly [string, OptionKind<unknown, unknown>, unknown, unknown][] = [
  ['text', text(), 'a b', 'a b'],
  ['text from a number that a ConfigService made', text(), 42, '42'],
  ['text that matches as a whole', digits, '123', '123'],
  ['text that matches in part', digits, '123x', refused],
  ['text whose first alternative is too short', text({ pattern: /a|ab/ }), 'ab', 'ab'],
  ['text of the word none', text({ nullable: true }), 'none', 'none'],
  ...['true', 'TRUE', '1', 'yes', 'on', 'On', ' true ', true, 1].map(
    (raw) => ['bool', bool(), raw, true] as [string, OptionKind<unknown, unknown>, unknown, unknown],
  ),
  ...['false', '0', 'no', 'OFF', false, 0].map(
    (raw) => ['bool', bool(), raw, false] as [string, OptionKind<unknown, unknown>, unknown, unknown],
  ),
  ['bool', bool(), 'maybe', refused],
  ['bool', bool(), 2, refused],
  ['bool or a word', boolOr(['auto']), 'Auto', 'auto'],
  ['bool or a word', boolOr(['auto']), 'off', false],
  ['bool or a word', boolOr(['auto']), 'always', refused],
  ['integer', integer(), '42', 42],
  ['integer at its least', integer({ min: 16, max: 64 }), '16', 16],
  ['integer at its most', integer({ min: 16, max: 64 }), '64', 64],
  ['integer below', integer({ min: 16 }), '15', refused],
  ['integer above', integer({ max: 64 }), '65', refused],
  ...['1.5', '0x10', '1e3', 'NaN', 'Infinity', '9007199254740993', '1 2'].map(
    (raw) => ['integer', integer(), raw, refused] as [string, OptionKind<unknown, unknown>, unknown, unknown],
  ),
  ['integer or none', integer({ nullable: true }), 'None', null],
  ['integer that must be one', integer(), 'none', refused],
  ['octal', octal(), '600', 0o600],
  ['octal', octal(), '0600', 0o600],
  ['octal', octal(), '0o600', 0o600],
  ['octal', octal(), '384', refused],
  ['octal', octal(), '1777', refused],
  ['duration', duration(), '2678400', 2_678_400_000],
  ['duration', duration(), '31d', 2_678_400_000],
  ['duration', duration({ nullable: true }), 'never', null],
  ['duration', duration(), 'never', refused],
  ['duration under its least', duration({ min: 1000 }), '999ms', refused],
  ['duration at its least', duration({ min: 1000 }), '1s', 1000],
  ['size', size(), '1mb', 1_048_576],
  ['size above', size({ max: 1024 }), '2kb', refused],
  ['one of', proto, 'FAIL', 'fail'],
  ['one of', proto, 'constructor', refused],
  ['one of, or none', oneOf(['a'], { nullable: true }), 'none', null],
  ['one of, with none a choice', oneOf(['lax', 'none'], { nullable: true }), 'none', 'none'],
  ['list by commas', list(text()), 'a, b,,c ', ['a', 'b', 'c']],
  ['list in JSON', list(text()), '["a,b","c"]', ['a,b', 'c']],
  ['list in broken JSON', list(text()), '["a', refused],
  ['list with a bad item', list(integer()), '1,x', refused],
  ['secret', secret(), 's3cret', 's3cret'],
  ['url', url(['redis', 'rediss:']), ' rediss://h:1/0 ', 'rediss://h:1/0'],
  ['url of another protocol', url(['redis']), 'http://h', refused],
  ['url that is none', url(['redis']), 'localhost', refused],
  ['function', fn('a function'), 'x', refused],
];

const codeCases: readonly [string, OptionKind<unknown, unknown>, unknown, unknown][] = [
  ['text', text(), 42, refused],
  ['text or null', text({ nullable: true }), null, null],
  ['text', text(), null, refused],
  ['bool', bool(), true, true],
  ['bool as a text', bool(), 'true', refused],
  ['integer', integer(), 3, 3],
  ['integer as a text', integer(), '3', refused],
  ['integer', integer(), Number.NaN, refused],
  ['octal', octal(), 0o600, 0o600],
  ['octal in decimal', octal(), 600, refused],
  ['duration', duration(), 1800, 1_800_000],
  ['duration', duration(), '30m', 1_800_000],
  ['duration', duration({ nullable: true }), null, null],
  ['duration', duration(), -1, refused],
  ['duration', duration(), Number.POSITIVE_INFINITY, refused],
  ['duration', duration(), {}, refused],
  ['list', list(secret()), ['a', bytes], ['a', bytes]],
  ['list from one text', list(secret()), 'abc', refused],
  ['list from bytes', list(secret()), bytes, refused],
  ['list with an empty secret', list(secret()), ['a', ''], refused],
  ['secret', secret(), bytes, bytes],
  ['empty secret', secret(), '', refused],
  ['empty secret', secret(), new Uint8Array(), refused],
  ['secret', secret(), 12345, refused],
  ['instance', instance('bytes', (value): value is Uint8Array => value instanceof Uint8Array), bytes, bytes],
  ['instance', instance('bytes', (value): value is Uint8Array => value instanceof Uint8Array), {}, refused],
  ['function or null', nullable(fn('a function')), null, null],
];

describe('kinds of option values', () => {
  it.each(environmentCases)('reads from the environment: %s (%#)', (_name, kind, raw, expected) => {
    expect(read(kind, raw)).toEqual(expected);
  });

  it.each(codeCases)('reads from code: %s (%#)', (_name, kind, raw, expected) => {
    expect(read(kind, raw, 'code')).toEqual(expected);
  });

  it('reads a function in code as itself', () => {
    const load = (): null => null;
    expect(read(fn('a function'), load, 'code')).toBe(load);
  });

  it('names the choices and the bounds in what it expects', () => {
    expect(proto.expected).toBe('one of fail, anonymous');
    expect(integer({ min: 1, max: 9 }).expected).toBe('a whole number, from 1 to 9');
    expect(duration({ min: 60_000 }).expected).toContain(', 1m or more');
    expect(size({ max: 1_048_576, nullable: true }).expected).toMatch(/, 1mb or less, or null for none$/);
    expect(url(['redis', 'rediss']).expected).toBe('a URL that begins with redis:// or rediss://');
  });

  it('takes a URL however often it is asked, where Node’s own URL.canParse() changes its mind', () => {
    const kind = url(['https']);
    const answers = new Set(Array.from({ length: 50_000 }, () => kind.parse('https://münchen.example/', 'code')));
    expect([...answers]).toEqual(['https://münchen.example/']);
  });

  it('never quotes an item of a list, which may be a secret', () => {
    for (const [raw, source] of [
      ['["hush', 'environment'],
      ['hush', 'code'],
    ] as const) {
      const mismatch = list(secret()).parse(raw, source);
      expect(mismatch).toBeInstanceOf(OptionMismatch);
      expect(JSON.stringify(mismatch)).not.toContain('hush');
    }
    expect(list(secret()).parse(['hush', 7], 'code')).toEqual(
      new OptionMismatch('item 2: expected a non-empty string or bytes'),
    );
  });

  it('gives a value or a mismatch for anything at all, and never throws', () => {
    const kinds = [
      text(),
      bool(),
      boolOr(['auto']),
      integer(),
      octal(),
      duration(),
      size(),
      proto,
      list(text()),
      secret(),
    ];
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom<OptionSource>('code', 'environment'), (raw, source) => {
        for (const kind of [...kinds, url(['redis']), fn('a function'), nullable(integer())]) {
          expect(() => kind.parse(raw, source)).not.toThrow();
        }
      }),
    );
  });
});
