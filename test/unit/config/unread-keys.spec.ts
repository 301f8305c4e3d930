import { describe, expect, it } from '@jest/globals';
import { environmentKeys, ownKey } from '../../../lib/config/environment-keys.js';
import { optionEntries } from '../../../lib/config/tree.js';
import { keysNotRead, sessionModuleOptions } from '../../../lib/session-module.options.js';

const warningFor = (name: string, value = 'a value'): string[] => keysNotRead({ PATH: '/bin', [name]: value });

describe('the environment keys of an option', () => {
  const entries = optionEntries(sessionModuleOptions);

  it.each([
    ['idleTimeout', 'SESSION_IDLE_TIMEOUT'],
    ['cookie.sameSite', 'SESSION_COOKIE_SAME_SITE'],
    ['redis.url', 'SESSION_REDIS_URL'],
    ['protection.ipv4', 'SESSION_PROTECTION_IPV4'],
    ['maxSessionsPerUser', 'SESSION_MAX_SESSIONS_PER_USER'],
    ['remember.cookieName', 'SESSION_REMEMBER_COOKIE_NAME'],
  ])('have one that its name in code makes: %s, %s', (path, key) => {
    expect(ownKey(path)).toBe(key);
    expect(keysNotRead({ [key]: 'a value' })).toEqual([]);
  });

  it('are of one option each, all of them', () => {
    const keys = entries.flatMap(({ path, option }) => environmentKeys(path, option));
    expect(new Set(keys).size).toBe(keys.length);
    const settable = entries.filter(({ option }) => option.env !== null);
    expect(settable.filter(({ path }) => !keys.includes(ownKey(path)))).toEqual([]);
    expect(keysNotRead(Object.fromEntries(keys.map((key) => [key, 'a value'])))).toEqual([]);
  });
});

describe('environment keys that are not read', () => {
  it.each([
    ['SESSION_TYP', 'SESSION_TYPE'],
    ['SESSION_REDISS', 'SESSION_REDIS'],
    ['SESSION_COOKIE_SAMESIT', 'SESSION_COOKIE_SAMESITE'],
    ['SESSION_IDLE_TIMOUT', 'SESSION_IDLE_TIMEOUT'],
    ['SESSION_TIMEOUT_IDLE', 'SESSION_IDLE_TIMEOUT'],
    ['REMEMBER_COOKIE_NAM', 'REMEMBER_COOKIE_NAME'],
    ['SECRET_KEYS', 'SECRET_KEY'],
    ['PERMANENT_SESSION_LIFETIM', 'PERMANENT_SESSION_LIFETIME'],
  ])('are warned of with the one that was meant: %s, %s', (name, meant) => {
    expect(warningFor(name)).toEqual([`The environment key ${name} is not read; did you mean ${meant}?`]);
  });

  it.each([
    ['SESSION_SECRET', 'SECRET_KEY'],
    ['SESSION_STORE', 'SESSION_TYPE'],
    ['SESSION_DRIVER', 'SESSION_TYPE'],
    ['SESSION_MAX_AGE', 'SESSION_IDLE_TIMEOUT'],
    ['SESSION_TTL', 'SESSION_IDLE_TIMEOUT'],
    ['SESSION_COOKIE_MAX_AGE', 'SESSION_IDLE_TIMEOUT'],
    ['SESSION_COOKIE_MAXAGE', 'SESSION_IDLE_TIMEOUT'],
    ['REMEMBER_DURATION', 'SESSION_REMEMBER_DURATION'],
    ['SESSION_ROLLING', 'SESSION_REFRESH_INTERVAL'],
    ['SESSION_NAME', 'SESSION_COOKIE_NAME'],
    ['SESSION_REDIS_HOST', 'SESSION_REDIS_URL'],
    ['SESSION_SAVE_UNINITIALIZED', 'leave it out'],
    ['SESSION_USE_SIGNER', 'always signed'],
    ['SESSION_USER_LOADER', 'userLoader can only be set in code'],
    ['SESSION_FAVOURITE_COLOUR', 'no setting has this name'],
    ['REMEMBER_THE_MILK', 'no setting has this name'],
  ])('are warned of with what takes their place: %s, %s', (name, instead) => {
    expect(warningFor(name, 'hunter2')).toEqual([expect.stringContaining(instead)]);
    expect(warningFor(name, 'hunter2').join()).not.toContain('hunter2');
  });

  it.each([
    ['SESSION_TYPE', 'memory'],
    ['SESSION_MANAGER', 'local/host:@/tmp/.ICE-unix/1,unix/host:/tmp/.ICE-unix/1'],
    ['SESSION_REDIS_SERVICE_HOST', '10.0.0.1'],
    ['SESSION_REDIS_SERVICE_PORT_REDIS', '6379'],
    ['SESSION_REDIS_PORT', 'tcp://10.0.0.1:6379'],
    ['SESSION_REDIS_PORT_6379_TCP_ADDR', '10.0.0.1'],
    ['SESSION_NAMED_BY_NOBODY', ''],
    ['SECRET_KEY_BASE', 'of Rails'],
    ['DBUS_SESSION_BUS_ADDRESS', 'unix:path=/run/user/0/bus'],
  ])('are left alone where they are known, empty, or belong to others: %s=%s', (name, value) => {
    expect(warningFor(name, value)).toEqual([]);
  });
});
