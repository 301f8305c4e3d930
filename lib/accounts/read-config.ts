import type { Environment } from '../config/option.js';
import type { OptionValues } from '../config/read.js';
import type { RoomCheck } from '../config/room-check.js';
import { settingName } from '../config/setting-name.js';
import { unreadKeys } from '../config/unread-keys.js';
import { validateOptions, type ValidOptions } from '../config/validate.js';
import type { ConfigProblem } from '../errors.js';
import type { PublicUrl } from '../http/public-url.js';
import { accountsModuleOptions, type AccountsOptions } from './accounts.options.js';
import type { AccountsModuleOptions } from './accounts-module-options.js';
import { flaskSecurityKeys } from './flask-security-keys.js';
import { checkMailFactor, checkSms } from './codes/check-settings.js';
import { ConsoleMailer } from './mail/console-mailer.js';
import { MessageCatalog } from './messages/messages.js';
import { relyingPartyProblems } from './passkeys/relying-party.js';
import { furtherTrustKeys, withTrustKeys } from './trusted-devices/trusted-devices.options.js';

/** Reads and checks all settings of accounts. @param sessionUrl the `publicUrl` of the session module. @throws SessionConfigError */
export function readAccountsConfig(
  code: AccountsModuleOptions,
  source: OptionValues,
  environment: Environment,
  sessionUrl: PublicUrl | null,
): ValidOptions<typeof accountsModuleOptions> {
  const given = { code, source: withTrustKeys(source), environment, keyPrefix: 'SECURITY' as const };
  return validateOptions(accountsModuleOptions, { ...given, furtherKeys: furtherTrustKeys }, [
    (options) => checkProduction(options, environment, sessionUrl),
    checkWords,
    checkFeatures,
    (options) => checkPasskeys(options, sessionUrl),
    checkMailLogin,
    checkSecondFactor,
    checkApiKeys,
    checkTokens,
    (options) => checkSms(options, environment),
    checkMailFactor,
  ]);
}

/** Environment keys that are read, though no option has them. */
const readBesides = ['SECURITY_URL_PREFIX', ...[...furtherTrustKeys.values()].flat()];

/** Warnings for environment keys of Flask-Security, or that look like ours, which are not read. */
export function accountKeysNotRead(variables: Readonly<Record<string, string | undefined>>): string[] {
  return unreadKeys(accountsModuleOptions, variables, flaskSecurityKeys, readBesides, 'SECURITY');
}

function checkProduction(
  { publicUrl, mailer, repository }: AccountsOptions,
  environment: Environment,
  sessionUrl: PublicUrl | null,
): RoomCheck {
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  if (environment === 'production') {
    if (publicUrl === null && sessionUrl === null) {
      const problem =
        'is required in production, as the base of links in emails; expected a URL such as https://shop.example';
      problems.push({ setting: settingName(accountsModuleOptions.publicUrl.env, 'publicUrl'), problem });
    }
    if (mailer === null || mailer instanceof ConsoleMailer) {
      const problem =
        'is required in production, since emails must not be written to the log: pass smtpMailer(url), or an object with send(mail)';
      problems.push({ setting: 'mailer', problem });
    }
    if (repository === null) {
      problems.push({
        setting: 'repository',
        problem: 'is required in production, since accounts in memory end with the process',
      });
    }
  } else if (repository === null) {
    warnings.push('repository is not set: accounts are kept in memory and end with the process.');
  }
  if (publicUrl !== null && sessionUrl !== null && !isSame(publicUrl, sessionUrl)) {
    const problem = 'differs from the publicUrl of SessionModule: set it there only';
    problems.push({ setting: settingName(accountsModuleOptions.publicUrl.env, 'publicUrl'), problem });
  }
  return { problems, warnings };
}

function checkWords({ usernames, locale, messages }: AccountsOptions): RoomCheck {
  const problems: ConfigProblem[] = [];
  if (usernames.min > usernames.max) {
    const setting = settingName(accountsModuleOptions.usernames.min.env, 'usernames.min');
    problems.push({ setting, problem: `is more than usernames.max, which is ${String(usernames.max)}` });
  }
  if (!new MessageCatalog(messages, locale, null).has(locale)) {
    const setting = settingName(accountsModuleOptions.locale.env, 'locale');
    problems.push({ setting, problem: 'there are no messages in this language: add them with the option messages' });
  }
  return { problems, warnings: [] };
}

function checkFeatures({ registration, confirmation }: AccountsOptions): RoomCheck {
  if (!registration.enabled || confirmation.enabled) return { problems: [], warnings: [] };
  return {
    problems: [],
    warnings: [
      'registration is on without confirmation: it reveals whether an address has an account, and does not verify that users own their address. ' +
        'Set confirmation (SECURITY_CONFIRMABLE).',
    ],
  };
}

function checkPasskeys({ publicUrl, passkeys }: AccountsOptions, sessionUrl: PublicUrl | null): RoomCheck {
  // Without a setting, it is what the application listens at: localhost.
  const url = publicUrl ?? sessionUrl ?? { origin: 'http://localhost', prefix: '' };
  return { problems: passkeys.enabled ? relyingPartyProblems(url, passkeys) : [], warnings: [] };
}

function checkMailLogin({ mailLogin }: AccountsOptions): RoomCheck {
  if (!mailLogin.enabled || mailLogin.validFor <= 10 * 60_000) return { problems: [], warnings: [] };
  return {
    problems: [],
    warnings: [
      'mailLogin.validFor (SECURITY_LOGIN_WITHIN) is more than 10 minutes: a link that logs in should not be valid for longer (ASVS 6.5.5).',
    ],
  };
}

function checkSecondFactor({ secondFactor, totp, sms, passkeys, mailAsSecondFactor }: AccountsOptions): RoomCheck {
  const isThere = totp.enabled || sms.enabled || passkeys.enabled || mailAsSecondFactor !== false;
  if (secondFactor.required === false || isThere) return { problems: [], warnings: [] };
  return {
    problems: [],
    warnings: [
      'secondFactor.required (SECURITY_TWO_FACTOR_REQUIRED) is set, but no second factor is on: these users cannot log in. ' +
        'Turn on totp, passkeys or sms.',
    ],
  };
}

function checkApiKeys({ apiKeys }: AccountsOptions): RoomCheck {
  if (!apiKeys.enabled || apiKeys.scopes.length > 0) return { problems: [], warnings: [] };
  const setting = settingName(accountsModuleOptions.apiKeys.scopes.env, 'apiKeys.scopes');
  return {
    problems: [
      { setting, problem: "is required where keys are on: name what keys can be for, such as ['orders:read']" },
    ],
    warnings: [],
  };
}

function checkTokens({ tokens }: AccountsOptions): RoomCheck {
  const { maxAge, refreshMaxIdle, refreshMaxAge } = tokens;
  if (!tokens.enabled || maxAge < Math.min(refreshMaxIdle, refreshMaxAge)) return { problems: [], warnings: [] };
  const setting = settingName(accountsModuleOptions.tokens.maxAge.env, 'tokens.maxAge');
  const problem =
    'must be less than tokens.refreshMaxIdle and tokens.refreshMaxAge: a login would end before it can be refreshed';
  return { problems: [{ setting, problem }], warnings: [] };
}

function isSame(one: PublicUrl, other: PublicUrl): boolean {
  return one.origin === other.origin && one.prefix === other.prefix;
}
