import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { environmentOf, processValues } from '../../../lib/config/environment.js';
import { bool, duration, integer, list, nullable, oneOf, secret, text, url } from '../../../lib/config/kinds.js';
import { option } from '../../../lib/config/option.js';
import { resolveOptions } from '../../../lib/config/read.js';
import { validateOptions } from '../../../lib/config/validate.js';
import { isSessionError, SessionConfigError } from '../../../lib/errors.js';

const tree = {
  secretKey: option({ env: 'SECRET_KEY', kind: nullable(secret()), default: null, meaning: 'Signs.', secret: true }),
  fallbacks: option({ env: 'SECRETS', kind: list(secret()), default: [], meaning: 'Former.', secret: true }),
  idle: option({ env: 'IDLE', kind: duration({ nullable: true }), default: 1000, defaultText: '1s', meaning: 'Idle.' }),
  redis: option({ env: 'REDIS', kind: url(['redis'], { nullable: true }), default: null, meaning: 'Where | it is.' }),
  loader: option({ env: null, kind: text({ nullable: true }), default: null, meaning: 'In code only.' }),
  type: option({
    env: 'TYPE',
    kind: oneOf(['memory', 'redis']),
    default: (environment) => (environment === 'production' ? ('redis' as const) : ('memory' as const)),
    meaning: 'Which one.',
  }),
  cookie: {
    name: option({
      env: 'COOKIE_NAME',
      kind: text({ pattern: /[a-z]+/, expected: 'letters' }),
      default: 'sid',
      meaning: '',
    }),
    httpOnly: option({ env: 'COOKIE_HTTPONLY', kind: bool(), default: true, meaning: '' }),
  },
  limits: { most: option({ env: 'MOST', kind: integer({ min: 1 }), default: 10, meaning: '' }) },
};

function read(code: unknown, variables: Record<string, string> = {}) {
  return resolveOptions(tree, { code, source: processValues(variables), environment: 'test' });
}

describe('reading options', () => {
  it('takes code over the environment over the default', () => {
    const { options, problems } = read(
      { cookie: { name: 'code' }, idle: '2s' },
      { COOKIE_NAME: 'env', IDLE: '9', COOKIE_HTTPONLY: 'off' },
    );
    expect(problems).toEqual([]);
    expect(options.cookie).toEqual({ name: 'code', httpOnly: false });
    expect(options.idle).toBe(2000);
    expect(options.limits.most).toBe(10);
  });

  it('takes undefined in code and an empty text in the environment as not set', () => {
    const { options, problems } = read({ idle: undefined, cookie: undefined }, { IDLE: '5s', COOKIE_NAME: ' ' });
    expect(problems).toEqual([]);
    expect(options.idle).toBe(5000);
    expect(options.cookie.name).toBe('sid');
  });

  it('takes null in code as a value', () => {
    expect(read({ idle: null }, { IDLE: '5s' }).options.idle).toBeNull();
    expect(read({ limits: { most: null } }).problems).toEqual([
      { setting: 'MOST (limits.most)', problem: 'expected a whole number, 1 or more, got null' },
    ]);
  });

  it('works out a default that depends on the environment', () => {
    const source = processValues({});
    expect(resolveOptions(tree, { code: undefined, source, environment: 'production' }).options.type).toBe('redis');
    expect(resolveOptions(tree, { code: undefined, source, environment: 'test' }).options.type).toBe('memory');
  });

  it('collects all problems, by both names, with what was expected', () => {
    const { options, problems } = read(
      { cookie: { name: 'A B', htpOnly: true }, limits: 7 },
      { IDLE: '3 fortnights', TYPE: 'sqlite', COOKIE_HTTPONLY: 'maybe' },
    );
    expect(problems).toEqual([
      {
        setting: 'IDLE (idle)',
        problem: 'expected a duration such as 30m or 31d, or a number of seconds, got "3 fortnights"',
      },
      { setting: 'TYPE (type)', problem: 'expected one of memory, redis, got "sqlite"' },
      { setting: 'cookie.htpOnly', problem: 'there is no such option; did you mean cookie.httpOnly?' },
      { setting: 'COOKIE_NAME (cookie.name)', problem: 'expected letters, got "A B"' },
      { setting: 'COOKIE_HTTPONLY (cookie.httpOnly)', problem: 'expected true or false, got "maybe"' },
      { setting: 'limits', problem: 'expected an object with options, got a number' },
    ]);
    expect(options.cookie).toEqual({ name: 'sid', httpOnly: true });
  });

  it.each([
    ['httpOnly', 'cookie.httpOnly'],
    ['secret_key', 'secretKey'],
    ['SECRET_KEY', 'secretKey'],
    ['idel', 'idle'],
    ['cookie.naem', 'cookie.name'],
  ])('suggests for %s the option %s', (name, meant) => {
    expect(read({ [name]: 1 }).problems).toEqual([
      { setting: name, problem: `there is no such option; did you mean ${meant}?` },
    ]);
  });

  it('suggests nothing where nothing is near', () => {
    expect(read({ somethingElse: 1 }).problems[0]?.problem).toBe('there is no such option');
  });

  it('never shows a secret, in the wrong kind, the wrong place, or a URL', () => {
    const { problems } = read(
      { secretKey: { hush: 'hush' }, fallbacks: 'hush', cookie: 'hush' },
      { REDIS: 'http://user:hush@host', TYPE: 'redis://host?password=hush' },
    );
    expect(problems).toHaveLength(5);
    expect(JSON.stringify(problems)).not.toContain('hush');
  });

  it('shows values on one short line', () => {
    const hostile = `\u001b[31m\n\u2028\u202e\u0085${'x'.repeat(500)}`;
    const { problems } = read({ [hostile]: 1 }, { COOKIE_NAME: hostile });
    for (const { setting, problem } of problems) {
      expect(setting + problem).toMatch(/^[\x20-\x7e…]+$/);
      expect(problem.length).toBeLessThan(160);
    }
    expect(problems).toHaveLength(2);
  });

  it.each([null, 'text', 7, [], true])('refuses %j as a whole', (code) => {
    expect(read(code).problems).toEqual([
      { setting: 'options', problem: expect.stringContaining('expected an object with options') },
    ]);
  });

  it('takes nothing from a prototype, and adds nothing to one', () => {
    const inherited: unknown = Object.create({ idle: '5s', cookie: { name: 'evil' } });
    expect(read(inherited).options).toMatchObject({ idle: 1000, cookie: { name: 'sid' } });
    const { problems } = read(JSON.parse('{"__proto__":{"polluted":1},"cookie":{"constructor":{"polluted":1}}}'));
    expect(problems.map(({ setting }) => setting)).toEqual(['__proto__', 'cookie.constructor']);
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect(processValues({}).get('constructor')).toBeUndefined();
  });
});

describe('validating options', () => {
  const given = { code: {}, source: processValues({}), environment: 'test' as const };

  it('gives the options and the warnings of the rooms', () => {
    const valid = validateOptions(tree, given, [
      ({ limits }) => ({ problems: [], warnings: [`at most ${String(limits.most)}`] }),
      (_options, environment) => ({ problems: [], warnings: [environment] }),
    ]);
    expect(valid.options.cookie.name).toBe('sid');
    expect(valid.warnings).toEqual(['at most 10', 'test']);
  });

  it('throws once, with the problems of reading and of every room', () => {
    const room = () => ({ problems: [{ setting: 'A', problem: 'a' }], warnings: [] });
    const other = () => ({ problems: [{ setting: 'TYPE (type)', problem: 'of a default' }], warnings: [] });
    let thrown: unknown;
    try {
      validateOptions(tree, { ...given, code: { type: 'x', idle: 'y' } }, [room, other]);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SessionConfigError);
    // Whoever logs the error prints them once, in its message.
    expect(thrown instanceof Error && Object.keys(thrown)).not.toContain('problems');
    expect(isSessionError(thrown)).toBe(true);
    expect(thrown).toMatchObject({
      code: 'SESSION_CONFIG_INVALID',
      problems: [{ setting: 'IDLE (idle)' }, { setting: 'TYPE (type)' }, { setting: 'A' }],
    });
  });
});

describe('a secret among the options', () => {
  it('is there for who asks for it, and does not show where the options are logged or copied', () => {
    const { options } = read({ secretKey: 'hidden-secret', fallbacks: ['hidden-too'] });
    expect(options.secretKey).toBe('hidden-secret');
    expect(`${inspect(options)}${JSON.stringify(options)}${JSON.stringify({ ...options })}`).not.toContain('hidden');
  });
});

describe('the environment', () => {
  it.each([
    ['production', 'production'],
    ['Production ', 'production'],
    ['test', 'test'],
    ['staging', 'development'],
    ['', 'development'],
    [undefined, 'development'],
  ])('is by NODE_ENV %j: %s', (nodeEnv, environment) => {
    expect(environmentOf(nodeEnv)).toBe(environment);
  });
});
