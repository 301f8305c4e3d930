import { describe, expect, it } from '@jest/globals';
import { SessionConfigError } from '../../../../lib/errors.js';
import { Fresh, Permissions, Roles, type FreshOptions } from '../../../../lib/auth/access/access.decorators.js';

/** What a program without types may hand in. */
const asNames = (names: readonly unknown[]): string[] => names as string[];

/** The settings that the error names which `decorate` throws. */
function settingsIn(decorate: () => unknown): string[] {
  try {
    decorate();
  } catch (error) {
    if (error instanceof SessionConfigError) return error.problems.map(({ setting }) => setting);
    throw error;
  }
  return [];
}

describe.each<[string, (...names: string[]) => unknown]>([
  ['@Roles()', Roles],
  ['@Roles()', Roles.any],
  ['@Roles()', Roles.all],
  ['@Permissions()', Permissions],
  ['@Permissions()', Permissions.any],
  ['@Permissions()', Permissions.all],
])('%s', (setting, decorator) => {
  it.each([[[]], [['']], [['admin', undefined]], [[['admin']]], [[null]], [[7]]])(
    'refuses %j, which would let in everybody or nobody',
    (names) => {
      expect(settingsIn(() => decorator(...asNames(names)))).toEqual([setting]);
    },
  );

  it('takes a name', () => {
    expect(decorator('admin')).toEqual(expect.any(Function));
  });
});

describe.each([Roles.any, Roles.all, Permissions.any, Permissions.all])('.any and .all', (decorator) => {
  it('take several names', () => {
    expect(decorator('admin', 'editor')).toEqual(expect.any(Function));
  });
});

describe.each([
  ['@Roles', Roles],
  ['@Permissions', Permissions],
])('%s', (name, decorator) => {
  it('refuses several names that say neither .any nor .all', () => {
    const several = (): unknown => Reflect.apply(decorator, undefined, ['admin', 'editor']);
    expect(several).toThrow(`${name}(): has several names: write ${name}.any(…) where one will do, or ${name}.all(…)`);
  });
});

describe('@Fresh()', () => {
  it.each<[setting: string, options: Record<string, unknown>]>([
    ['within', { within: 0 }],
    ['within', { within: -1 }],
    ['within', { within: 'soon' }],
    ['within', { within: Number.NaN }],
    ['within', { within: Number.POSITIVE_INFINITY }],
    ['factors', { factors: 0 }],
    ['factors', { factors: -1 }],
    ['factors', { factors: 1.5 }],
    ['factors', { factors: Number.NaN }],
    ['factors', { factors: [] }],
    ['factors', { factors: [''] }],
    ['factors', { factors: ['pwd', 7] }],
    ['factors', { factors: 'pwd' }],
    ['factors', { factors: null }],
    ['action', { action: '' }],
    ['action', { action: null }],
    ['action', { action: 7 }],
  ])('refuses a %s like that: %p', (name, options) => {
    expect(settingsIn(() => Fresh(options as FreshOptions))).toEqual([`@Fresh({ ${name} })`]);
  });

  it.each<[FreshOptions]>([
    [{}],
    [{ within: 1 }],
    [{ within: '15m', factors: 'all', action: 'delete account' }],
    [{ factors: 2 }],
    [{ factors: ['pwd', 'otp'] }],
  ])('takes %j', (options) => {
    expect(Fresh(options)).toEqual(expect.any(Function));
  });
});
