import { describe, expect, it } from '@jest/globals';
import { OptionMismatch } from '../../../../lib/config/option.js';
import { addressOf, databaseUrl, parseDatabaseUrl, secretsOf } from '../../../../lib/stores/sql/database-url.js';

describe('parseDatabaseUrl', () => {
  it.each([
    ['postgres://user:pw@db.example:5432/shop', 'postgres'],
    ['postgresql://db.example/shop?sslmode=require', 'postgres'],
    ['POSTGRES://db.example/shop', 'postgres'],
    ['mysql://user@db.example/shop', 'mysql'],
    ['mariadb://user@[::1]:3306/shop', 'mysql'],
  ])('takes %s for a server', (url, kind) => {
    expect(parseDatabaseUrl(url)).toEqual({ kind, target: url });
  });

  it.each([
    ['sqlite:sessions.db', 'sessions.db'],
    ['sqlite:./data/sessions.db', './data/sessions.db'],
    ['sqlite:/var/lib/shop/sessions.db', '/var/lib/shop/sessions.db'],
    ['sqlite:C:\\data\\sessions.db', 'C:\\data\\sessions.db'],
    ['sqlite::memory:', ':memory:'],
  ])('takes %s for a file', (url, target) => {
    expect(parseDatabaseUrl(url)).toEqual({ kind: 'sqlite', target });
  });

  it.each([
    '',
    'sessions.db',
    'redis://127.0.0.1',
    'postgres:',
    'postgres:db.example',
    'postgres://db.example:port/shop',
    'mysql+pymysql://db.example/shop',
    'sqlite:',
    // Relative for Flask, absolute for others.
    'sqlite:///shop.db',
    'sqlite://shop.db',
    'sqlite:a\0b',
  ])('takes %j for nothing', (url) => {
    expect(parseDatabaseUrl(url)).toBeNull();
  });
});

describe('the option sql.url', () => {
  const kind = databaseUrl();

  it('hands the URL out as it went in, without what surrounds it', () => {
    expect(kind.parse(' postgres://db/shop \n', 'environment')).toBe('postgres://db/shop');
    expect(kind.parse('sqlite:./sessions.db', 'code')).toBe('sqlite:./sessions.db');
  });

  it('takes null in code for none, and refuses what is no URL of a database', () => {
    expect(kind.parse(null, 'code')).toBeNull();
    for (const value of ['redis://db', 7, {}, true]) expect(kind.parse(value, 'code')).toBeInstanceOf(OptionMismatch);
  });
});

describe('what is said of a URL', () => {
  it('is its server and its database, and nothing of its user', () => {
    expect(addressOf('postgres://user:pw@db.example:5433/shop?sslmode=require')).toBe(
      'postgres://db.example:5433/shop',
    );
  });

  it('holds the password back in every spelling, and the URL', () => {
    const url = 'mysql://user:p%40ss@db/shop';
    expect(secretsOf(url).sort()).toEqual([url, 'p%40ss', 'p@ss'].sort());
    expect(secretsOf('mysql://user:100%@db/shop')).toContain('100%');
    expect(secretsOf('postgres:///shop?password=secret')).toContain('secret');
    expect(secretsOf('mysql://user@db/shop')).toEqual([]);
  });
});
