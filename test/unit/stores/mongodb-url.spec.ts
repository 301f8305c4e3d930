import { describe, expect, it } from '@jest/globals';
import { OptionMismatch } from '../../../lib/config/option.js';
import { mongoDbUrl, parseMongoDbUrl } from '../../../lib/stores/mongodb/mongodb-url.js';

describe('parseMongoDbUrl', () => {
  it.each([
    ['mongodb://127.0.0.1:27017/shop', 'shop'],
    ['mongodb://localhost', null],
    ['mongodb://localhost/', null],
    ['mongodb://localhost/?w=1', null],
    ['mongodb://a.example:1,b.example:2,c.example/shop?replicaSet=rs0', 'shop'],
    ['mongodb://user:password@a.example:1,b.example:2/my%2Dshop', 'my-shop'],
    ['mongodb+srv://user:password@cluster.example/shop', 'shop'],
    ['mongodb://[::1]:27017,[fe80::1%25eth0]/shop', 'shop'],
    ['mongodb://%2Ftmp%2Fmongodb-27017.sock/shop', 'shop'],
    ['MONGODB://localhost/shop', 'shop'],
  ])('reads the database of %s', (url, database) => {
    expect(parseMongoDbUrl(url)?.database).toBe(database);
  });

  it.each([
    'redis://localhost',
    'mongodb:/localhost',
    'mongodb://',
    'mongodb:///shop',
    'mongodb://a:b:c/shop',
    'mongodb://a,,b/shop',
    'mongodb://user:pass?word@host/shop',
    ' mongodb://localhost',
    'mongodb://localhost/shop/more',
  ])('takes %j for none', (url) => {
    expect(parseMongoDbUrl(url)).toBeNull();
  });

  it('knows what must not be shown, in every spelling', () => {
    const url = 'mongodb://user:p%40ss@host/shop?proxyPassword=pr%21xy&tlsCertificateKeyFilePassword=k3y&w=1';
    expect(new Set(parseMongoDbUrl(url)?.secrets)).toEqual(new Set([url, 'p%40ss', 'p@ss', 'pr%21xy', 'pr!xy', 'k3y']));
    expect(parseMongoDbUrl('mongodb://user:p@ss%zz@host/shop')?.secrets).toContain('p@ss%zz');
    expect(parseMongoDbUrl('mongodb://user@host/shop?w=1')?.secrets).toEqual([]);
    expect(parseMongoDbUrl('mongodb://user:@host/shop')?.secrets).toEqual([]);
  });

  it('knows which settings of the driver the text has, in any case', () => {
    const settings = parseMongoDbUrl('mongodb://host/?SocketTimeoutMS=1&retryWrites=false')?.settings;
    expect(settings?.has('sockettimeoutms')).toBe(true);
    expect(settings?.has('maxpoolsize')).toBe(false);
  });
});

describe('mongoDbUrl', () => {
  it('takes a connection string as it stands, and null in code', () => {
    expect(mongoDbUrl().parse(' mongodb://a,b/shop ', 'environment')).toBe('mongodb://a,b/shop');
    expect(mongoDbUrl().parse(null, 'code')).toBeNull();
    for (const raw of ['shop', 1, {}, undefined]) {
      expect(mongoDbUrl().parse(raw, 'environment')).toBeInstanceOf(OptionMismatch);
    }
  });
});
