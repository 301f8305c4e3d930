import { bool, fn, instance, integer, nullable, text } from '../config/kinds.js';
import {
  group,
  option,
  OptionMismatch,
  type OptionInput,
  type OptionKind,
  type ResolvedOptions,
} from '../config/option.js';
import { adminOptions } from './admin/admin.options.js';
import { auditOptions } from './audit/audit.options.js';
import { apiKeysOptions } from './api-keys/api-keys.options.js';
import { basicOptions, tokensOptions } from './bearer/bearer.options.js';
import { publicUrl, type PublicUrl } from '../http/public-url.js';
import { smsOptions } from './codes/sms.options.js';
import { confirmationOptions } from './confirmation/confirmation.options.js';
import { deletionOptions } from './deletion/deletion.options.js';
import { accountCacheOptions } from './gate/account-cache.options.js';
import type { AlsoRefuses } from './gate/entry.js';
import { emailChangeOptions } from './email/email-change.options.js';
import { impersonationOptions } from './impersonation/impersonation.options.js';
import { invitationsOptions } from './invitations/invitations.options.js';
import { mailLoginOptions } from './mail-login/mail-login.options.js';
import { mailerOption, mailOptions } from './mail/mail.options.js';
import type { Messages } from './messages/english.js';
import type { Translate } from './messages/messages.js';
import type { PageTemplates } from './pages/page.js';
import { oauthOptions } from './oauth/oauth.options.js';
import { passkeysOptions } from './passkeys/passkeys.options.js';
import { passwordOptions } from './passwords/password.options.js';
import { proofsOptions } from './proofs/proofs.options.js';
import { recoveryCodesOptions } from './recovery-codes/recovery-codes.options.js';
import { recoveryOptions } from './recovery/recovery.options.js';
import { registrationOptions } from './registration/registration.options.js';
import { trackingOptions } from './tracking/tracking.options.js';
import type { Account } from './repository/account.js';
import type { AccountRepository } from './repository/account-repository.js';
import { mailAsSecondFactorOption, secondFactorOptions } from './second-factor/second-factor.options.js';
import { totpOptions } from './totp/totp.options.js';
import { trustedDevicesOptions } from './trusted-devices/trusted-devices.options.js';
import { flaskDuration } from './flask-duration.js';

/** A place on this site to go to. */
const place = text({
  pattern: /\/(?:[\x21-\x2e\x30-\x5b\x5d-\x7e][\x21-\x7e]*)?/,
  expected: 'a path such as /account, percent-encoded where needed',
});

/** Every option of the accounts module. */
export const accountsModuleOptions = {
  publicUrl: option<PublicUrl | null, string | null>({
    env: 'SECURITY_PUBLIC_URL',
    kind: nullable(publicUrl()),
    default: null,
    defaultText:
      'that of the session module, otherwise the address that the application listens at; required in production',
    meaning:
      'The URL at which browsers reach the application, and the base of links in emails: `https://shop.example`.',
  }),
  site: option<string | null>({
    env: 'SECURITY_SITE_NAME',
    kind: text({
      nullable: true,
      pattern: /[^\p{Cc}]{1,100}/u,
      expected: 'a name of up to 100 characters, on one line',
    }),
    default: null,
    defaultText: 'the host of `publicUrl`',
    meaning: 'The name of the site, shown on pages and in emails.',
  }),
  repository: option<AccountRepository | null>({
    env: null,
    kind: nullable(instance('an AccountRepository', isRepository)),
    default: null,
    defaultText: 'in memory, with a warning; required in production',
    meaning: 'The repository that stores accounts.',
  }),
  mailer: mailerOption,
  mail: mailOptions,
  mailLogin: mailLoginOptions,
  registration: registrationOptions,
  confirmation: confirmationOptions,
  recovery: recoveryOptions,
  passwords: passwordOptions,
  proofs: proofsOptions,
  secondFactor: secondFactorOptions,
  mailAsSecondFactor: mailAsSecondFactorOption,
  sms: smsOptions,
  totp: totpOptions,
  recoveryCodes: recoveryCodesOptions,
  passkeys: passkeysOptions,
  oauth: oauthOptions,
  apiKeys: apiKeysOptions,
  admin: adminOptions,
  tokens: tokensOptions,
  basic: basicOptions,
  invitations: invitationsOptions,
  tracking: trackingOptions,
  trustedDevices: trustedDevicesOptions,
  accountCache: accountCacheOptions,
  deletion: deletionOptions,
  impersonation: impersonationOptions,
  audit: auditOptions,
  passwordChange: option({
    env: 'SECURITY_CHANGEABLE',
    kind: bool(),
    default: true,
    meaning: 'Whether users may change their password.',
  }),
  emailChange: emailChangeOptions,
  usernameChange: option({
    env: 'SECURITY_CHANGE_USERNAME',
    kind: bool(),
    default: true,
    meaning: 'Whether users may change their username, where accounts have usernames.',
  }),
  usernames: group(
    'Usernames, which users can log in with instead of their email address.',
    {
      enabled: option({
        env: 'SECURITY_USERNAME_ENABLE',
        kind: bool(),
        default: false,
        meaning: 'Whether accounts have usernames, which are public.',
      }),
      required: option({
        env: 'SECURITY_USERNAME_REQUIRED',
        kind: bool(),
        default: false,
        meaning: 'Whether a registration needs a username.',
      }),
      min: option({
        env: 'SECURITY_USERNAME_MIN_LENGTH',
        kind: integer({ min: 1, max: 64 }),
        default: 4,
        meaning: 'The minimum number of characters in a username.',
      }),
      max: option({
        env: 'SECURITY_USERNAME_MAX_LENGTH',
        kind: integer({ min: 1, max: 64 }),
        default: 32,
        meaning: 'The maximum number of characters in a username.',
      }),
    },
    'enabled',
  ),
  gate: group('Who may log in to an account.', {
    also: option<AlsoRefuses | null>({
      env: null,
      kind: nullable(fn('a function (account, how) => a reason or null')),
      default: null,
      defaultText: 'none',
      meaning:
        'Returns a reason to reject a login to an account, whatever its kind, or null to allow it. Called at each login and for each request that needs the user.',
    }),
  }),
  payload: option<((account: Account) => object) | null>({
    env: null,
    kind: nullable(fn('a function (account) => an object for JSON')),
    default: null,
    defaultText: '`{ id, email, emailConfirmed, username, roles }`',
    meaning: 'Returns what responses contain about an account.',
  }),
  links: group(
    'The targets of links in emails, if you have your own pages, such as those of a single-page application.',
    {
      confirm: link('the built-in page', 'The page that confirms an address.'),
      reset: link('the built-in page', 'The page that sets a new password.'),
      mailLogin: link('the built-in page', 'The page that completes a login by email.'),
      deletionUndo: link('the built-in page', 'The page that undoes the deletion of an account.'),
      emailConfirm: link('the built-in page', 'The page that confirms a new address.'),
      emailUndo: link('the built-in page', 'The page that undoes a change of address.'),
      invitation: link('the built-in page', 'The page that accepts an invitation.'),
      notMe: link('the built-in page', 'The page where users report a change that they did not make.'),
    },
  ),
  pages: option<PageTemplates>({
    env: null,
    kind: instance('an object with a function for each page', isTemplates),
    default: {},
    defaultText: 'the built-in ones',
    meaning: 'Your own pages, by name: functions that return HTML. Other pages stay as they are.',
  }),
  locale: option({
    env: 'SECURITY_DEFAULT_LOCALE',
    kind: text({ pattern: /[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*/, expected: 'a language, such as en' }),
    default: 'en',
    meaning: 'The language of pages and emails if neither the account nor the request names an available one.',
  }),
  messages: option<Readonly<Record<string, Messages>>>({
    env: null,
    kind: instance('an object of languages, each an object of strings by message key', isMessages),
    default: {},
    defaultText: 'English (`en`) and German (`de`)',
    meaning: 'Messages that replace built-in ones, or add languages.',
  }),
  translate: option<Translate | null>({
    env: null,
    kind: nullable(fn('a function (key, values, locale) => a string or null')),
    default: null,
    defaultText: 'none',
    meaning:
      'Translates messages, for example with a translation library. Called first for each message; null: use the built-in one.',
  }),
  afterLogin: option({
    env: 'SECURITY_POST_LOGIN_VIEW',
    kind: place,
    default: '/',
    meaning: 'Where browsers are redirected after a login without `next`.',
  }),
  afterLogout: option({
    env: 'SECURITY_POST_LOGOUT_VIEW',
    kind: place,
    default: '/',
    meaning: 'Where browsers are redirected after a logout.',
  }),
  remember: option({
    env: 'SECURITY_DEFAULT_REMEMBER_ME',
    kind: bool(),
    default: false,
    meaning: 'Whether "Keep me logged in" is ticked by default on the login page.',
  }),
  sending: group(
    'Limits on emails and text messages. Beyond them, a request gets the same response, but nothing is sent.',
    {
      perRecipient: option({
        env: 'SECURITY_SENDING_PER_RECIPIENT',
        kind: integer({ min: 1, max: 1_000 }),
        default: 3,
        meaning:
          'The maximum number of emails of one kind to one address within `sending.interval`. It also applies to text messages to one number.',
      }),
      interval: option({
        env: 'SECURITY_SENDING_INTERVAL',
        kind: flaskDuration({ min: 1_000, max: 86_400_000 }),
        default: 15 * 60_000,
        defaultText: '15m',
        meaning: 'The interval for `sending.perRecipient`.',
      }),
      perDay: option({
        env: 'SECURITY_SENDING_PER_DAY',
        kind: integer({ min: 1, max: 10_000 }),
        default: 20,
        meaning:
          'The maximum number of emails of one kind to one address a day. It also applies to text messages to one number.',
      }),
      perAddress: option({
        env: 'SECURITY_SENDING_PER_ADDRESS',
        kind: integer({ min: 1, max: 1_000_000 }),
        default: 20,
        meaning:
          'The maximum number of emails an hour that requests from one network address can cause; an IPv6 /48 can cause ten times as many. Further requests get a 429.',
      }),
    },
  ),
};

/** What an application hands in, as the declarations have it; `AccountsModuleOptions` is made from it. */
export type AccountsOptionsByDeclaration = OptionInput<typeof accountsModuleOptions>;

/** The settings as they hold, all times in ms. */
export type AccountsOptions = ResolvedOptions<typeof accountsModuleOptions>;

function link(defaultText: string, meaning: string) {
  return option<string | null>({
    env: null,
    kind: nullable(linkTemplate()),
    default: null,
    defaultText,
    meaning: `${meaning} A URL that contains \`{token}\`, preferably after a \`#\`, which browsers do not send to servers.`,
  });
}

function linkTemplate(): OptionKind<string> {
  return {
    expected: 'a URL with {token} in it, such as https://app.example/confirm#{token}',
    parse(raw) {
      if (typeof raw !== 'string' || raw.split('{token}').length !== 2) return new OptionMismatch();
      return /^https?:\/\/[^\s\p{Cc}]+$/u.test(raw) ? raw : new OptionMismatch();
    },
  };
}

function isRepository(value: unknown): value is AccountRepository {
  return hasMethods(value, ['find', 'findBy', 'create', 'update', 'delete']);
}

function isTemplates(value: unknown): value is PageTemplates {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'function');
}

function isMessages(value: unknown): value is Readonly<Record<string, Messages>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'object');
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}
