import { describe, expect, it } from '@jest/globals';
import { OptionMismatch } from '../../../../lib/config/option.js';
import { hasWildcard, permits, roleMap, type RoleHierarchy } from '../../../../lib/auth/access/role-grants.js';

function read(raw: unknown): RoleHierarchy {
  const hierarchy = roleMap().parse(raw, 'code');
  if (hierarchy instanceof OptionMismatch) throw new Error(hierarchy.reason ?? 'unexpected');
  return hierarchy;
}

describe('a map of roles', () => {
  const roles = read({
    admin: { includes: ['editor'], permissions: ['users:*'] },
    editor: { includes: ['author', 'reader'], permissions: ['articles:edit'] },
    author: { includes: ['reader'], permissions: ['articles:write'] },
    reader: { permissions: ['articles:read'] },
  });

  it('gives users the roles that theirs include, and what all of them permit', () => {
    expect([...roles.withIncluded(new Set(['admin']))].sort()).toEqual(['admin', 'author', 'editor', 'reader']);
    expect(roles.permissionsOf(new Set(['editor'])).sort()).toEqual([
      'articles:edit',
      'articles:read',
      'articles:write',
    ]);
  });

  it('leaves roles that it does not name as they are', () => {
    expect([...roles.withIncluded(new Set(['german']))]).toEqual(['german']);
    expect(roles.permissionsOf(new Set(['german', 'constructor', '__proto__']))).toEqual([]);
  });

  it.each([
    [{ a: { includes: ['b'] }, b: { includes: ['c'] }, c: { includes: ['a'] } }, 'a → b → c → a'],
    [{ a: { includes: ['a'] } }, 'a → a'],
    [{ editor: { includes: ['auther'] }, author: {} }, 'the role editor includes auther, which is not in it'],
  ])('that includes itself, or what is not there, is rejected by name: %j', (raw, message) => {
    expect(() => read(raw)).toThrow(message);
  });

  it.each([
    null,
    [],
    'admin',
    { admin: null },
    { admin: ['editor'] },
    { admin: { include: [] } },
    { admin: { includes: 'editor' } },
    { admin: { permissions: [''] } },
    { admin: { permissions: [3] } },
    { '': {} },
  ])('of another form is rejected: %j', (raw) => {
    expect(roleMap().parse(raw, 'code')).toBeInstanceOf(OptionMismatch);
  });

  it('cannot come from the environment', () => {
    expect(roleMap().parse('{}', 'environment')).toBeInstanceOf(OptionMismatch);
  });
});

it.each([
  ['*', 'articles', true],
  ['*', 'articles:edit', true],
  ['articles:*', 'articles:edit', true],
  ['articles:*', 'articles:edit:own', true],
  ['articles:*', 'articles', false],
  ['articles:*', 'article:edit', false],
  ['articles:*', 'articles2:edit', false],
  ['articles:*:own', 'articles:edit:own', true],
  ['articles:*:own', 'articles:edit', false],
  ['articles:*:own', 'articles:edit:own:now', false],
  ['*:read', 'articles:read', true],
  ['*:read', 'articles:drafts:read', false],
  ['art*', 'articles', false],
  ['articles:ed*', 'articles:edit', false],
  ['articles.*', 'articles.edit', false],
  ['articles:edit', 'articles:edit', true],
  ['articles:edit', 'articles:edit:own', false],
  ['', 'articles', false],
])('a user with the permission %j has %j: %j', (held, wanted, expected) => {
  expect(permits(new Set([held]), wanted)).toBe(expected);
});

it('a route can require a name with an asterisk in it, and no wildcard', () => {
  expect(['a*', 'a:b*', '*', 'a:*', '*:a', 'a:*:b'].map(hasWildcard)).toEqual([false, false, true, true, true, true]);
});
