import { describe, expect, it } from '@jest/globals';
import { relyingPartyOf } from '../../../lib/accounts/passkeys/relying-party.js';
import { readAccountsConfig } from '../../../lib/accounts/read-config.js';
import type { AccountsModuleOptions } from '../../../lib/accounts/accounts-module-options.js';
import { processValues } from '../../../lib/config/environment.js';

function read(publicUrl: string, passkeys: AccountsModuleOptions['passkeys'], variables: Record<string, string> = {}) {
  return readAccountsConfig({ publicUrl, passkeys }, processValues(variables), 'test', null).options;
}

function problemOf(publicUrl: string, passkeys: AccountsModuleOptions['passkeys']): unknown {
  try {
    read(publicUrl, passkeys);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe('the relying party of passkeys', () => {
  it('is the site at publicUrl', () => {
    const { publicUrl, passkeys } = read('https://www.shop.example:8443/shop', true);
    if (publicUrl === null) throw new Error('There is no publicUrl.');
    expect(relyingPartyOf(publicUrl, passkeys, 'Small Hours')).toEqual({
      id: 'www.shop.example',
      name: 'Small Hours',
      origins: ['https://www.shop.example:8443'],
    });
  });

  it('has the domain, the name and the further origins of the options', () => {
    const android = `android:apk-key-hash:${'A'.repeat(43)}`;
    const variables = {
      SECURITY_WAN_RP_ID: 'shop.example',
      SECURITY_WAN_RP_NAME: 'Shop',
      SECURITY_WAN_ORIGINS: `https://app.shop.example,${android}`,
      SECURITY_WEBAUTHN: 'True',
      SECURITY_WAN_SIGNIN_TIMEOUT: '60000',
    };
    const { publicUrl, passkeys } = read('https://www.shop.example', undefined, variables);
    if (publicUrl === null) throw new Error('There is no publicUrl.');
    expect(passkeys).toMatchObject({ enabled: true, loginTimeout: 60_000 });
    expect(relyingPartyOf(publicUrl, passkeys, 'Small Hours')).toEqual({
      id: 'shop.example',
      name: 'Shop',
      origins: ['https://www.shop.example', 'https://app.shop.example', android],
    });
  });

  it.each([
    ['http://shop.example', {}, 'passkeys need https, except on localhost'],
    ['https://192.0.2.1', {}, 'passkeys need a domain name'],
    ['https://[2001:db8::1]', {}, 'passkeys need a domain name'],
    ['https://shop.example', { rpId: 'www.shop.example' }, 'the host of publicUrl, or a domain above it'],
    ['https://shop.example', { rpId: 'p.example' }, 'the host of publicUrl, or a domain above it'],
    ['https://shop.example', { rpId: 'example' }, 'the host of publicUrl, or a domain above it'],
    ['https://shop.example', { origins: ['https://evil.example'] }, 'is not an https origin of shop.example'],
    ['https://shop.example', { origins: ['http://app.shop.example'] }, 'is not an https origin of shop.example'],
    ['https://shop.example', { origins: ['https://app.shop.example/path'] }, 'expected an origin such as'],
  ])('cannot be at %s with %j', (publicUrl, passkeys, problem) => {
    expect(problemOf(publicUrl, { enabled: true, ...passkeys })).toContain(problem);
    expect(problemOf(publicUrl, { enabled: false })).toBeNull();
  });

  it.each(['http://localhost:3000', 'http://shop.localhost', 'https://shop.example'])('can be at %s', (publicUrl) => {
    expect(problemOf(publicUrl, true)).toBeNull();
  });
});
