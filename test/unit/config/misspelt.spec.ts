import { describe, expect, it } from '@jest/globals';
import { misspeltKeys } from '../../../lib/config/misspelt.js';
import { sessionModuleOptions } from '../../../lib/session-module.options.js';

describe('environment keys that are not read', () => {
  it.each([
    ['SESSION_TYP', 'SESSION_TYPE'],
    ['SESSION_REDISS', 'SESSION_REDIS'],
    ['SESSION_COOKIE_SAMESIT', 'SESSION_COOKIE_SAMESITE'],
    ['SECRET_KEYS', 'SECRET_KEY'],
  ])('are warned of where they are near to one that is: %s', (name, meant) => {
    expect(misspeltKeys(sessionModuleOptions, ['PATH', name])).toEqual([
      `The environment key ${name} is not read; did you mean ${meant}?`,
    ]);
  });

  it.each(['SESSION_TYPE', 'SESSION_USE_SIGNER', 'SESSION_KEY_BITS', 'SESSION_MEMCACHED', 'SESSION_MANAGER', 'PATH'])(
    'are left alone where they are known, or belong to others: %s',
    (name) => {
      expect(misspeltKeys(sessionModuleOptions, [name])).toEqual([]);
    },
  );
});
