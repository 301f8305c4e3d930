import { describe, expect, it } from '@jest/globals';
import { consoleSmsSender } from '../../../lib/accounts/codes/console-sms-sender.js';
import { consoleMailer } from '../../../lib/accounts/mail/console-mailer.js';
import { accountKeysNotRead, readAccountsConfig } from '../../../lib/accounts/read-config.js';
import { MemoryAccountRepository } from '../../../lib/accounts/repository/memory-account-repository.js';
import type { AccountsModuleOptions } from '../../../lib/accounts/accounts-module-options.js';
import { processValues } from '../../../lib/config/environment.js';
import type { Environment } from '../../../lib/config/option.js';

function read(
  code: AccountsModuleOptions,
  variables: Record<string, string> = {},
  environment: Environment = 'test',
  sessionUrl = null as { origin: string; prefix: string } | null,
) {
  return readAccountsConfig(code, processValues(variables), environment, sessionUrl);
}

const mailer = { send: () => undefined };

describe('the options of accounts', () => {
  it('are read from the environment keys of Flask-Security, in its forms', () => {
    const { options } = read(
      {},
      {
        SECURITY_REGISTERABLE: 'True',
        SECURITY_CONFIRMABLE: 'true',
        SECURITY_RECOVERABLE: '1',
        SECURITY_CHANGEABLE: 'false',
        SECURITY_PASSWORD_LENGTH_MIN: '12',
        SECURITY_CONFIRM_EMAIL_WITHIN: '5 days',
        SECURITY_RESET_PASSWORD_WITHIN: '2 hours',
        SECURITY_EMAIL_SENDER: 'Shop <shop@example.com>',
        SECURITY_USERNAME_ENABLE: 'true',
        SECURITY_USERNAME_MIN_LENGTH: '3',
        SECURITY_POST_LOGIN_VIEW: '/home',
        SECURITY_DEFAULT_REMEMBER_ME: 'true',
      },
    );
    expect(options).toMatchObject({
      registration: { enabled: true },
      confirmation: { enabled: true, validFor: 5 * 86_400_000 },
      recovery: { enabled: true, validFor: 2 * 3_600_000 },
      passwordChange: false,
      passwords: { min: 12 },
      mail: { from: 'Shop <shop@example.com>' },
      usernames: { enabled: true, min: 3 },
      afterLogin: '/home',
      remember: true,
    });
  });

  it('are also read from keys that their names make, and code comes first', () => {
    const { options } = read({ recovery: false }, { SECURITY_REGISTRATION: 'yes', SECURITY_RECOVERY: 'yes' });
    expect([options.registration.enabled, options.recovery.enabled]).toEqual([true, false]);
  });

  it('need a URL, a mailer and a repository in production', () => {
    const problem =
      (code: AccountsModuleOptions, session: { origin: string; prefix: string } | null = null) =>
      () =>
        read(code, {}, 'production', session);
    expect(problem({})).toThrow(
      /SECURITY_PUBLIC_URL \(publicUrl\): is required.*mailer: is required.*repository: is required/s,
    );
    const repository = new MemoryAccountRepository();
    expect(problem({ repository, mailer: consoleMailer(), publicUrl: 'https://shop.example' })).toThrow(
      /mailer: is required/,
    );
    expect(problem({ repository, mailer, publicUrl: 'https://shop.example' })).not.toThrow();
    expect(problem({ repository, mailer }, { origin: 'https://shop.example', prefix: '' })).not.toThrow();
    const other = { origin: 'https://other.example', prefix: '' };
    expect(problem({ repository, mailer, publicUrl: 'https://shop.example' }, other)).toThrow(
      /differs from the publicUrl/,
    );
  });

  it.each<[AccountsModuleOptions, string]>([
    [{ usernames: { min: 10, max: 9 } }, 'usernames.min'],
    [{ locale: 'fr' }, 'locale'],
    [{ mail: { from: 'a@b.example, c@d.example' } }, 'SECURITY_EMAIL_SENDER (mail.from)'],
    [{ links: { confirm: 'https://app.example/confirm' } }, 'links.confirm'],
    [{ afterLogin: '//evil.example' }, 'SECURITY_POST_LOGIN_VIEW (afterLogin)'],
    [{ publicUrl: 'shop.example' }, 'SECURITY_PUBLIC_URL (publicUrl)'],
    [{ registraton: true } as AccountsModuleOptions, 'did you mean registration?'],
  ])('are refused where they cannot be used: %j', (code, setting) => {
    expect(() => read(code)).toThrow(setting);
  });

  it('are warned of where registration tells who has an account', () => {
    expect(read({ registration: true }).warnings.join()).toContain('it reveals whether an address has an account');
    expect(read({ registration: true, confirmation: true }).warnings.join()).not.toContain('it reveals');
  });

  it('are warned of where a second factor is required and there is none', () => {
    const warned = (code: AccountsModuleOptions): boolean =>
      read(code).warnings.join('\n').includes('no second factor is on');
    const required = { secondFactor: { required: true } };
    expect([warned({}), warned(required), warned({ secondFactor: { required: ['admin'] } })]).toEqual([
      false,
      true,
      true,
    ]);
    for (const more of [{ totp: true }, { passkeys: true }, { mailAsSecondFactor: true }]) {
      expect(warned({ ...required, ...more })).toBe(false);
    }
  });
});

describe('the environment keys of trusted devices', () => {
  it.each<[string, Record<string, string>, AccountsModuleOptions, boolean]>([
    ['nothing', {}, {}, false],
    ['Flask-Security’s, which says the opposite', { SECURITY_TWO_FACTOR_ALWAYS_VALIDATE: 'False' }, {}, true],
    ['that, for always', { SECURITY_TWO_FACTOR_ALWAYS_VALIDATE: 'True' }, {}, false],
    ['our own', { SECURITY_TRUSTED_DEVICES: 'true' }, {}, true],
    ['both of one sense', { SECURITY_TRUSTED_DEVICES: 'true', SECURITY_TWO_FACTOR_ALWAYS_VALIDATE: '0' }, {}, true],
    ['the code before them', { SECURITY_TWO_FACTOR_ALWAYS_VALIDATE: 'False' }, { trustedDevices: false }, false],
  ])('are %s', (_which, variables, code, expected) => {
    const { enabled, maxAge } = read(code, { ...variables, SECURITY_TWO_FACTOR_LOGIN_VALIDITY: '2 weeks' }).options
      .trustedDevices;
    expect([enabled, maxAge]).toEqual([expected, 14 * 86_400_000]);
    expect(accountKeysNotRead(variables)).toEqual([]);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ SECURITY_TWO_FACTOR_ALWAYS_VALIDATE: 'sometimes' }, /expected true or false, got "sometimes"/],
    [{ SECURITY_TWO_FACTOR_ALWAYS_VALIDATE: 'true', SECURITY_TRUSTED_DEVICES: 'true' }, /is given twice/],
  ])('are refused: %j', (variables, message) => {
    expect(() => read({}, variables)).toThrow(message);
  });
});

describe('environment keys that accounts do not read', () => {
  it('are named with what replaces them', () => {
    const warnings = accountKeysNotRead({
      SECURITY_LOGIN_URL: '/login',
      SECURITY_RETURN_GENERIC_RESPONSES: 'True',
      SECURITY_REGISTERABEL: 'True',
      SECURITY_URL_PREFIX: '/auth',
      SECURITY_REGISTERABLE: 'True',
      PATH: '/bin',
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^The environment key SECURITY_LOGIN_URL is not read: the paths are fixed/),
      expect.stringMatching(
        /^The environment key SECURITY_RETURN_GENERIC_RESPONSES is not read: with SECURITY_CONFIRMABLE/,
      ),
      'The environment key SECURITY_REGISTERABEL is not read; did you mean SECURITY_REGISTERABLE?',
    ]);
  });

  it('turn codes by SMS on for countries that are named only, and in production with a sender', () => {
    const countries = /SMS_COUNTRIES \(sms\.countries\).*is required where sms is on/s;
    expect(() => read({ sms: true })).toThrow(countries);
    expect(() => read({}, { SECURITY_SMS: 'true' })).toThrow(countries);
    expect(read({}, { SECURITY_SMS: 'true', SECURITY_SMS_COUNTRIES: 'de,AT' }).options.sms).toMatchObject({
      countries: ['DE', 'AT'],
    });
    const sms = { enabled: true, countries: ['DE'] };
    expect(() => read({ sms: { ...sms, countries: ['Germany'] } })).toThrow(/two letters/);
    expect(() => read({ sms }, { SECURITY_PHONE_REGION_DEFAULT: 'US' })).toThrow(/not one of sms\.countries/);
    const production = { mailer, repository: new MemoryAccountRepository(), publicUrl: 'https://shop.example' };
    for (const sender of [null, consoleSmsSender()]) {
      expect(() => read({ ...production, sms: { ...sms, sender } }, {}, 'production')).toThrow(
        /sms\.sender.*is required in production/s,
      );
    }
    expect(() => read({ ...production, sms: { ...sms, sender: mailer } }, {}, 'production')).not.toThrow();
  });

  it('ASVS 6.6.1: say where a telephone is the only choice of a second factor', () => {
    const sms = { enabled: true, countries: ['DE'] };
    expect(read({ sms }).warnings.join('\n')).toContain('ASVS 6.6.1');
    for (const better of [{ totp: true }, { passkeys: true }]) {
      expect(read({ sms, ...better }).warnings.join('\n')).not.toContain('ASVS 6.6.1');
    }
  });

  it('ASVS 6.3.6: name a mailbox in place of a second factor, and refuse it where it is the first as well', () => {
    expect(read({ mailAsSecondFactor: true }).warnings.join('\n')).toMatch(/mailAsSecondFactor.*ASVS 6\.3\.6/s);
    expect(() => read({ mailAsSecondFactor: ['admin'], recovery: true })).toThrow(/cannot be combined with recovery/);
    expect(() => read({ mailAsSecondFactor: () => false, mailLogin: true })).toThrow(
      /cannot be combined with mailLogin/,
    );
  });
});
