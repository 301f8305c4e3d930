// Made by `npm run docs` from the declarations in lib/**/*.options.ts. Change those, and run it again.

import type { SessionStore } from '../stores/session-store.js';
import type { AuditLog } from './audit/audit-log.js';
import type { SmsSender } from './codes/sms.js';
import type { AlsoRefuses } from './gate/entry.js';
import type { MailQueue } from './mail/mail-queue.js';
import type { MailTemplate } from './mail/mail-templates.js';
import type { MailKind, Mailer } from './mail/mail.js';
import type { Translate } from './messages/messages.js';
import type { OAuthSignUpHook } from './oauth/oauth.options.js';
import type { OAuthProviderOption } from './oauth/provider-settings.js';
import type { PageTemplates } from './pages/page.js';
import type { PasswordPepper } from './passwords/argon2-hash.js';
import type { PasswordRanges } from './passwords/password-ranges.js';
import type { FieldCheck, RegistrationRequest } from './registration/registration.options.js';
import type { AccountRepository } from './repository/account-repository.js';
import type { Account } from './repository/account.js';
import type { SecondFactorRequired } from './second-factor/second-factor.options.js';

/** What `AccountsModule.forRoot()` takes. Every option has a default. `@publicApi` */
export interface AccountsModuleOptions {
  /**
   * The application’s URL for browsers, which links in mails begin with: `https://shop.example`.
   *
   * Takes a URL such as https://shop.example or https://example.com/shop, with nothing after the path, or null
   * for none. Default: that of the session module, otherwise the address that the application listens at;
   * required in production.
   *
   * Environment: `SECURITY_PUBLIC_URL`.
   */
  publicUrl?: string | null | undefined;
  /**
   * The name of the site, on pages and in mails.
   *
   * Takes a name of up to 100 characters, on one line, or null for none. Default: the host of `publicUrl`.
   *
   * Environment: `SECURITY_SITE_NAME` or `SECURITY_SITE`.
   */
  site?: string | null | undefined;
  /**
   * Where accounts are stored.
   *
   * Takes an AccountRepository, or null for none. Default: in memory, with a warning; in production there is
   * none.
   *
   * Can be given in code alone.
   */
  repository?: AccountRepository | null | undefined;
  /**
   * What sends mails: `smtpMailer(url)`, or any object with `send(mail)`.
   *
   * Takes a mailer: an object with a method send(mail), or null for none. Default: mails are written to the log;
   * in production there is none.
   *
   * Can be given in code alone.
   */
  mailer?: Mailer | null | undefined;
  /** Mails: their sender, their words, and the queue in which they wait. */
  mail?: AccountsMailOptions | undefined;
  /**
   * Login by mail, without a password.
   *
   * Whether one can log in with a link and a code that are mailed to the address of an account.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_PASSWORDLESS` or `SECURITY_MAIL_LOGIN`.
   */
  mailLogin?: boolean | AccountsMailLoginOptions | undefined;
  /**
   * Registration.
   *
   * Whether anybody may create an account.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_REGISTERABLE` or `SECURITY_REGISTRATION`.
   */
  registration?: boolean | AccountsRegistrationOptions | undefined;
  /**
   * Confirmation of addresses.
   *
   * Whether an account exists only once its address has been confirmed by a mail.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_CONFIRMABLE` or `SECURITY_CONFIRMATION`.
   */
  confirmation?: boolean | AccountsConfirmationOptions | undefined;
  /**
   * Recovery of forgotten passwords.
   *
   * Whether a mail with a link for a new password is sent to those who ask for it.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_RECOVERABLE` or `SECURITY_RECOVERY`.
   */
  recovery?: boolean | AccountsRecoveryOptions | undefined;
  /** Which passwords are accepted, and how they are hashed. */
  passwords?: AccountsPasswordsOptions | undefined;
  /** The one-time proofs in mailed links. */
  proofs?: AccountsProofsOptions | undefined;
  /** Second factors of every kind. */
  secondFactor?: AccountsSecondFactorOptions | undefined;
  /**
   * Whose second factor is a code by mail while they have no other one: everybody with a confirmed address
   * (`true`), accounts with one of some roles, or those for which a function of the account returns true. For
   * users who had that elsewhere: it is no second factor (ASVS 6.3.6), and not possible beside `recovery` and
   * `mailLogin`.
   *
   * Takes true, false, an array of roles, or a function (account) => true or false. Default: `false`.
   *
   * Environment: `SECURITY_MAIL_AS_SECOND_FACTOR`.
   */
  mailAsSecondFactor?: SecondFactorRequired | undefined;
  /**
   * Codes by SMS as a second factor. Needs the package `libphonenumber-js`.
   *
   * Whether accounts can have telephones to which codes are sent.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_SMS`.
   */
  sms?: boolean | AccountsSmsOptions | undefined;
  /**
   * Authenticator apps as a second factor (TOTP, RFC 6238). Needs the packages `otplib` and `qrcode`.
   *
   * Whether accounts can have authenticator apps.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TWO_FACTOR` or `SECURITY_TOTP`.
   */
  totp?: boolean | AccountsTotpOptions | undefined;
  /**
   * Codes that stand in for a second factor that is lost.
   *
   * Whether accounts can have recovery codes.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_MULTI_FACTOR_RECOVERY_CODES` or `SECURITY_RECOVERY_CODES`.
   */
  recoveryCodes?: boolean | AccountsRecoveryCodesOptions | undefined;
  /**
   * Passkeys: to log in with, as a second factor, and to confirm who is logged in.
   *
   * Whether accounts can have passkeys. Needs `@simplewebauthn/server`.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_WEBAUTHN` or `SECURITY_PASSKEYS`.
   */
  passkeys?: boolean | AccountsPasskeysOptions | undefined;
  /** Sign-in with other providers, by OpenID Connect or OAuth 2. */
  oauth?: AccountsOauthOptions | undefined;
  /**
   * Keys by which programs use an account, each for some scopes only.
   *
   * Whether accounts can have API keys.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_API_KEYS`.
   */
  apiKeys?: boolean | AccountsApiKeysOptions | undefined;
  /**
   * Administration of accounts, over HTTP and on pages. Without `role` and `permission`, there are neither.
   *
   * The role of those who administer accounts.
   *
   * Takes a name such as admin, of up to 100 characters, or null for none. Default: none.
   *
   * Environment: `SECURITY_ADMIN_ROLE` or `SECURITY_ADMIN`.
   */
  admin?: string | null | AccountsAdminOptions | undefined;
  /**
   * Access and refresh tokens, for clients that keep no cookies.
   *
   * Whether a login can be made that is in tokens, and in no session.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TOKENS`.
   */
  tokens?: boolean | AccountsTokensOptions | undefined;
  /**
   * HTTP Basic, for the routes that are marked with `@AllowBasic()`.
   *
   * Whether these routes take an address and a password with each request.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_HTTP_BASIC` or `SECURITY_BASIC`.
   */
  basic?: boolean | AccountsBasicOptions | undefined;
  /**
   * Invitations: an account exists only once who was invited has followed the link of the mail.
   *
   * Whether administrators may invite others.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_INVITATIONS`.
   */
  invitations?: boolean | AccountsInvitationsOptions | undefined;
  /**
   * Logins, as they are kept with their accounts.
   *
   * Whether the number of logins, and the time and network address of the last two, are kept. They are personal
   * data.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TRACKABLE` or `SECURITY_TRACKING`.
   */
  tracking?: boolean | AccountsTrackingOptions | undefined;
  /**
   * Trusted devices: browsers on which a login is not asked for the second factor for a while, where its owner
   * has said so.
   *
   * Whether accounts can have trusted devices. Flask-Security’s `SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=false` says
   * the same. There are none where `timeouts` of the session module is `twice-daily`.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TRUSTED_DEVICES`.
   */
  trustedDevices?: boolean | AccountsTrustedDevicesOptions | undefined;
  /** Accounts that are kept in their sessions, so that requests need no query. */
  accountCache?: AccountsAccountCacheOptions | undefined;
  /**
   * Deletion of accounts by their owners.
   *
   * Whether the owner of an account may delete it.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_DELETABLE` or `SECURITY_DELETION`.
   */
  deletion?: boolean | AccountsDeletionOptions | undefined;
  /**
   * Administrators who use the application in the place of a user, to see what that one sees.
   *
   * Whether administrators can take the place of a user for a while.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_IMPERSONATION`.
   */
  impersonation?: boolean | AccountsImpersonationOptions | undefined;
  /** What is kept of everything that happens to accounts, in a chain that nobody can change unnoticed. */
  audit?: AccountsAuditOptions | undefined;
  /**
   * Whether users may change their password.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_CHANGEABLE` or `SECURITY_PASSWORD_CHANGE`.
   */
  passwordChange?: boolean | undefined;
  /**
   * Change of the address of an account.
   *
   * Whether users may change the address of their account.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_CHANGE_EMAIL` or `SECURITY_EMAIL_CHANGE`.
   */
  emailChange?: boolean | AccountsEmailChangeOptions | undefined;
  /**
   * Whether users may change their username, where accounts have usernames.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_CHANGE_USERNAME` or `SECURITY_USERNAME_CHANGE`.
   */
  usernameChange?: boolean | undefined;
  /**
   * Usernames, by which one can log in as well as by the address.
   *
   * Whether accounts have usernames. They are public.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_USERNAME_ENABLE` or `SECURITY_USERNAMES`.
   */
  usernames?: boolean | AccountsUsernamesOptions | undefined;
  /** Who may enter an account. */
  gate?: AccountsGateOptions | undefined;
  /**
   * What the answers of the routes say of an account.
   *
   * Takes a function (account) => an object for JSON, or null for none. Default: `{ id, email, emailConfirmed,
   * username, roles }`.
   *
   * Can be given in code alone.
   */
  payload?: ((account: Account) => object) | null | undefined;
  /** Where links in mails lead, for pages of your own, such as those of a single-page application. */
  links?: AccountsLinksOptions | undefined;
  /**
   * Pages that replace those in the box, by name: a function that returns HTML.
   *
   * Takes an object with a function for a page. Default: those in the box.
   *
   * Can be given in code alone.
   */
  pages?: PageTemplates | undefined;
  /**
   * The language of pages and mails where neither the account nor the request names one that there is.
   *
   * Takes a language, such as en. Default: `en`.
   *
   * Environment: `SECURITY_DEFAULT_LOCALE` or `SECURITY_LOCALE`.
   */
  locale?: string | undefined;
  /**
   * Texts that replace those in the box, or further languages.
   *
   * Takes an object with the texts of a language by their keys, for each language. Default: English (`en`) and
   * German (`de`).
   *
   * Can be given in code alone.
   */
  messages?:
    | Readonly<
        Record<
          string,
          Readonly<
            Partial<
              Record<
                | 'login.title'
                | 'login.submit'
                | 'login.hint'
                | 'login.again'
                | 'mailLogin.title'
                | 'mailLogin.text'
                | 'mailLogin.submit'
                | 'mailLogin.sent'
                | 'mailLogin.again'
                | 'mailLogin.link'
                | 'mailLogin.elsewhere'
                | 'mailLogin.openThere'
                | 'mailLogin.warning'
                | 'register.title'
                | 'register.submit'
                | 'register.done'
                | 'confirm.title'
                | 'confirm.submit'
                | 'confirm.text'
                | 'confirm.password'
                | 'confirm.done'
                | 'confirm.resend'
                | 'confirm.resent'
                | 'recover.title'
                | 'recover.text'
                | 'recover.submit'
                | 'recover.done'
                | 'reset.title'
                | 'reset.text'
                | 'reset.submit'
                | 'reset.done'
                | 'verify.title'
                | 'verify.text'
                | 'verify.submit'
                | 'verify.done'
                | 'secondFactor.title'
                | 'secondFactor.sent'
                | 'secondFactor.trust'
                | 'secondFactor.submit'
                | 'enroll.title'
                | 'enroll.mail'
                | 'enroll.send'
                | 'enroll.code'
                | 'enroll.text'
                | 'code.totp.label'
                | 'code.totp.text'
                | 'code.code.label'
                | 'code.code.text'
                | 'code.recovery-code.label'
                | 'code.recovery-code.text'
                | 'code.mail.text'
                | 'code.send'
                | 'code.sendTo'
                | 'totp.title'
                | 'totp.scan'
                | 'totp.qr'
                | 'totp.key'
                | 'totp.code'
                | 'totp.submit'
                | 'phone.title'
                | 'phone.number'
                | 'phone.sent'
                | 'phone.submit'
                | 'recoveryCodes.text'
                | 'factors.none'
                | 'factors.name'
                | 'factors.addTotp'
                | 'factors.addPhone'
                | 'factors.makeCodes'
                | 'factors.codes'
                | 'factors.since'
                | 'factors.remove'
                | 'factors.title'
                | 'apiKeys.title'
                | 'apiKeys.none'
                | 'apiKeys.new'
                | 'apiKeys.create'
                | 'apiKeys.scopes'
                | 'apiKeys.days'
                | 'apiKeys.days.hint'
                | 'apiKeys.created'
                | 'apiKeys.unnamed'
                | 'apiKeys.unused'
                | 'apiKeys.used'
                | 'apiKeys.until'
                | 'apiKeys.revoke'
                | 'oauth.title'
                | 'oauth.text'
                | 'oauth.none'
                | 'oauth.login'
                | 'oauth.verify'
                | 'oauth.link'
                | 'oauth.unlink'
                | 'oauth.used'
                | 'impersonation.banner'
                | 'impersonation.title'
                | 'impersonation.reason'
                | 'impersonation.start'
                | 'impersonation.end'
                | 'password.title'
                | 'password.text'
                | 'password.submit'
                | 'password.done'
                | 'email.title'
                | 'email.current'
                | 'email.text'
                | 'email.submit'
                | 'email.sent'
                | 'emailConfirm.title'
                | 'emailConfirm.text'
                | 'emailConfirm.submit'
                | 'emailConfirm.done'
                | 'emailUndo.title'
                | 'emailUndo.submit'
                | 'username.title'
                | 'username.current'
                | 'username.submit'
                | 'username.done'
                | 'notMe.title'
                | 'notMe.submit'
                | 'notMe.what.password-changed'
                | 'notMe.what.factor-changed'
                | 'notMe.what.api-key'
                | 'notMe.what.email-changing'
                | 'notMe.what.recovery-code-used'
                | 'notMe.what.new-device'
                | 'notMe.what.tokens-copied'
                | 'notMe.what.username'
                | 'notMe.effect'
                | 'notMe.effectLocked'
                | 'notMe.factor'
                | 'notMe.password'
                | 'notMe.code'
                | 'notMe.done'
                | 'notMe.locked'
                | 'notMe.frozen'
                | 'account.title'
                | 'account.in'
                | 'passkeys.title'
                | 'passkeys.text'
                | 'passkeys.add'
                | 'passkeys.login'
                | 'passkeys.use'
                | 'passkeys.name'
                | 'passkeys.unnamed'
                | 'passkeys.change'
                | 'passkeys.rename'
                | 'passkeys.delete'
                | 'passkeys.created'
                | 'passkeys.used'
                | 'passkeys.unused'
                | 'passkeys.synced'
                | 'passkeys.script'
                | 'passkeys.failed'
                | 'passkeys.known'
                | 'logout.submit'
                | 'account.export'
                | 'deletion.title'
                | 'deletion.text'
                | 'deletion.submit'
                | 'deletion.done'
                | 'deletion.undoTitle'
                | 'deletion.undoText'
                | 'deletion.undo'
                | 'deletion.undone'
                | 'sessions.title'
                | 'sessions.text'
                | 'sessions.device'
                | 'sessions.unknownDevice'
                | 'sessions.current'
                | 'sessions.trusted'
                | 'sessions.impersonated'
                | 'sessions.tokens'
                | 'sessions.address'
                | 'sessions.lastUsed'
                | 'sessions.end'
                | 'sessions.endOne'
                | 'sessions.endTrust'
                | 'sessions.endTrustOf'
                | 'sessions.endOthers'
                | 'page.links'
                | 'field.email'
                | 'field.identity'
                | 'field.identityOrUsername'
                | 'field.username'
                | 'field.password'
                | 'field.newPassword'
                | 'field.newPassword.hint'
                | 'field.newEmail'
                | 'field.oldAddressLost'
                | 'field.newUsername'
                | 'field.current'
                | 'field.code'
                | 'field.remember'
                | 'admin.accounts.title'
                | 'admin.search'
                | 'admin.search.submit'
                | 'admin.none'
                | 'admin.more'
                | 'admin.all'
                | 'admin.account.title'
                | 'admin.status.active'
                | 'admin.status.disabled'
                | 'admin.status.frozen'
                | 'admin.status.deleted'
                | 'admin.status.locked'
                | 'admin.status.unconfirmed'
                | 'admin.status.reset-owed'
                | 'admin.id'
                | 'admin.username'
                | 'admin.created'
                | 'admin.logins'
                | 'admin.lastLogin'
                | 'admin.neverIn'
                | 'admin.password'
                | 'admin.noPassword'
                | 'admin.disable'
                | 'admin.enable'
                | 'admin.endSessions'
                | 'admin.forceReset'
                | 'admin.requireSecondFactor'
                | 'admin.requireNoSecondFactor'
                | 'admin.resetAccess'
                | 'admin.resetAccess.hint'
                | 'admin.roles'
                | 'admin.roles.submit'
                | 'admin.roles.none'
                | 'admin.factors'
                | 'admin.factors.none'
                | 'admin.recoveryCodes'
                | 'admin.sessions'
                | 'admin.sessions.none'
                | 'admin.sessions.unknown'
                | 'admin.apiKeys'
                | 'factor.oauth'
                | 'factor.phone'
                | 'invitation.title'
                | 'invitation.text'
                | 'invitation.submit'
                | 'invitation.noPassword'
                | 'admin.invitations.title'
                | 'admin.invitations.none'
                | 'admin.invitations.new'
                | 'admin.invitations.submit'
                | 'admin.invitations.resend'
                | 'admin.invitations.withdraw'
                | 'error.title'
                | 'error.REQUIRED'
                | 'error.NOT_TEXT'
                | 'error.NOT_BOOLEAN'
                | 'error.TOO_LONG'
                | 'error.EMAIL_INVALID'
                | 'error.EMAIL_TAKEN'
                | 'error.EMAIL_SAME'
                | 'error.USERNAME_SAME'
                | 'error.SECOND_FACTOR_NEEDED'
                | 'error.FACTOR_NEEDED'
                | 'error.FACTOR_WRONG'
                | 'error.USERNAME_INVALID'
                | 'error.USERNAME_TAKEN'
                | 'error.FIELD_INVALID'
                | 'error.PASSWORD_INVALID'
                | 'error.PASSWORD_TOO_SHORT'
                | 'error.PASSWORD_TOO_LONG'
                | 'error.PASSWORD_COMMON'
                | 'error.PASSWORD_BREACHED'
                | 'error.PASSWORD_CONTEXT'
                | 'error.PASSWORD_TOO_SIMPLE'
                | 'error.PASSWORD_UNCHECKED'
                | 'error.PASSWORD_WRONG'
                | 'error.PASSWORD_SAME'
                | 'error.PASSWORD_NEEDED'
                | 'error.TOKEN_INVALID'
                | 'error.CODE_INVALID'
                | 'error.OTHER_BROWSER'
                | 'error.INVALID_CREDENTIALS'
                | 'error.WRONG_PASSWORD'
                | 'error.METHOD_UNKNOWN'
                | 'error.CODE_WRONG'
                | 'error.NOTHING_PENDING'
                | 'error.MAIL_CODE_NEEDED'
                | 'error.API_KEY_UNKNOWN'
                | 'error.TOO_MANY_API_KEYS'
                | 'error.REFRESH_TOKEN_INVALID'
                | 'error.ACCESS_TOKEN_INVALID'
                | 'error.JSON_NEEDED'
                | 'error.SCOPE_UNKNOWN'
                | 'error.DAYS_INVALID'
                | 'error.OAUTH_PROVIDER_UNKNOWN'
                | 'error.OAUTH_FLOW_INVALID'
                | 'error.OAUTH_DENIED'
                | 'error.OAUTH_FAILED'
                | 'error.OAUTH_UNREACHABLE'
                | 'error.OAUTH_REFUSED'
                | 'error.OAUTH_NOT_REGISTERED'
                | 'error.OAUTH_EMAIL_UNCONFIRMED'
                | 'error.OAUTH_EMAIL_TAKEN'
                | 'error.OAUTH_OTHER_ACCOUNT'
                | 'error.OAUTH_LOGOUT_INVALID'
                | 'error.OAUTH_TAKEN'
                | 'error.IMPERSONATING'
                | 'error.NOT_IMPERSONATING'
                | 'error.ROLE_REQUIRED'
                | 'error.ACCOUNT_OWN'
                | 'error.ACCOUNT_PROTECTED'
                | 'error.ACCOUNT_CLOSED'
                | 'error.FACTOR_UNKNOWN'
                | 'error.LAST_FACTOR'
                | 'error.TOO_MANY_FACTORS'
                | 'error.PHONE_INVALID'
                | 'error.PHONE_COUNTRY'
                | 'error.PHONE_NOT_MOBILE'
                | 'error.PHONE_SAME'
                | 'error.ALREADY_IN'
                | 'error.REGISTRATION_REFUSED'
                | 'error.FLOW_INVALID'
                | 'error.CREDENTIAL_INVALID'
                | 'error.PASSKEY_TAKEN'
                | 'error.TOO_MANY_PASSKEYS'
                | 'error.INVITATION_UNKNOWN'
                | 'error.INVITATIONS_OFF'
                | 'error.TOO_MANY_INVITATIONS'
                | 'error.SENT_TOO_OFTEN'
                | 'error.ACCOUNT_UNKNOWN'
                | 'error.LAST_ADMINISTRATOR'
                | 'error.ROLE_UNKNOWN'
                | 'error.ROLE_NOT_GRANTABLE'
                | 'error.NO_PASSWORD'
                | 'error.NO_SECOND_FACTOR'
                | 'error.RECOVERY_OFF'
                | 'error.NOT_NUMBER'
                | 'error.NOT_LIST'
                | 'error.CHOICE_UNKNOWN'
                | 'error.VERIFICATION_REQUIRED'
                | 'error.CHANGED_MEANWHILE'
                | 'error.PASSKEY_REFUSED'
                | 'error.PASSKEY_UNKNOWN'
                | 'error.SESSION_UNKNOWN'
                | 'error.SESSIONS_NOT_LISTED'
                | 'error.retryAfter'
                | 'error.TOO_MANY_REQUESTS'
                | 'mail.hello'
                | 'mail.validFor'
                | 'mail.place'
                | 'mail.ignore'
                | 'mail.confirm.subject'
                | 'mail.confirm.text'
                | 'mail.confirm.action'
                | 'mail.already-registered.subject'
                | 'mail.already-registered.text'
                | 'mail.already-registered.action'
                | 'mail.notMe.text'
                | 'mail.notMe.action'
                | 'mail.days'
                | 'mail.username.subject'
                | 'mail.username.text'
                | 'mail.email-confirm.subject'
                | 'mail.email-confirm.text'
                | 'mail.email-confirm.action'
                | 'mail.email-changing.subject'
                | 'mail.email-changing.text'
                | 'mail.email-changing.undo'
                | 'mail.email-changing.action'
                | 'mail.frozen.subject'
                | 'mail.frozen.text'
                | 'mail.frozen.locked'
                | 'mail.frozen.action'
                | 'mail.login.subject'
                | 'mail.login.text'
                | 'mail.login.code'
                | 'mail.login.link'
                | 'mail.login.action'
                | 'mail.reset.subject'
                | 'mail.reset.text'
                | 'mail.reset.username'
                | 'mail.reset.action'
                | 'mail.invitation.subject'
                | 'mail.invitation.text'
                | 'mail.invitation.action'
                | 'mail.invitation.ignore'
                | 'mail.reset-owed.subject'
                | 'mail.reset-owed.text'
                | 'mail.reset-owed.action'
                | 'mail.second-factor-owed.subject'
                | 'mail.second-factor-owed.text'
                | 'mail.second-factor-owed.action'
                | 'mail.password-changed.subject'
                | 'mail.password-changed.text'
                | 'mail.api-key.subject'
                | 'mail.api-key.text'
                | 'mail.factor-changed.subject'
                | 'mail.factor-changed.added'
                | 'mail.factor-changed.removed'
                | 'mail.factor-changed.replaced'
                | 'mail.factor-changed.action'
                | 'factor.password'
                | 'factor.totp'
                | 'factor.recovery-code'
                | 'factor.code'
                | 'factor.passkey'
                | 'mail.deletion.subject'
                | 'mail.deletion.text'
                | 'mail.deletion.undo'
                | 'mail.deletion.action'
                | 'mail.new-device.subject'
                | 'mail.new-device.text'
                | 'mail.impersonated.subject'
                | 'mail.impersonated.text'
                | 'mail.tokens-copied.subject'
                | 'mail.tokens-copied.text'
                | 'mail.code.subject'
                | 'mail.code.text'
                | 'mail.code.validFor'
                | 'mail.code.notYou'
                | 'mail.code.action'
                | 'mail.recovery-code-used.subject'
                | 'mail.recovery-code-used.text'
                | 'mail.recovery-code-used.action'
                | 'sms.login'
                | 'sms.verify'
                | 'sms.set-up'
                | 'duration.seconds'
                | 'duration.minutes'
                | 'duration.hours'
                | 'duration.days',
                string
              >
            >
          >
        >
      >
    | undefined;
  /**
   * A translation library: asked for each text first.
   *
   * Takes a function (key, values, locale) => a text, or null, or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  translate?: Translate | null | undefined;
  /**
   * Where a browser goes after a login that does not say where.
   *
   * Takes a path such as /account, percent-encoded where needed. Default: `/`.
   *
   * Environment: `SECURITY_POST_LOGIN_VIEW` or `SECURITY_AFTER_LOGIN`.
   */
  afterLogin?: string | undefined;
  /**
   * Where a browser goes after a logout.
   *
   * Takes a path such as /account, percent-encoded where needed. Default: `/`.
   *
   * Environment: `SECURITY_POST_LOGOUT_VIEW` or `SECURITY_AFTER_LOGOUT`.
   */
  afterLogout?: string | undefined;
  /**
   * Whether the login page proposes to stay logged in.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_DEFAULT_REMEMBER_ME` or `SECURITY_REMEMBER`.
   */
  remember?: boolean | undefined;
  /** How many mails may be caused by anybody. Beyond it, a request gets the same answer, and nothing is sent. */
  sending?: AccountsSendingOptions | undefined;
}

/** Mails: their sender, their words, and the queue in which they wait. `@publicApi` */
export interface AccountsMailOptions {
  /**
   * The sender of mails, with or without a name.
   *
   * Takes an address, with or without a name: Shop <no-reply@shop.example>, or null for none. Default:
   * `no-reply@` and the host of `publicUrl`.
   *
   * Environment: `SECURITY_EMAIL_SENDER` or `SECURITY_MAIL_FROM`.
   */
  from?: string | null | undefined;
  /**
   * Templates that replace those in the box, by kind of mail: a function that returns `{ subject, text, html }`.
   *
   * Takes an object with a function for a kind of mail. Default: those in the box.
   *
   * Can be given in code alone.
   */
  templates?: Readonly<Partial<Record<MailKind, MailTemplate>>> | undefined;
  /**
   * Where mails wait until they are sent.
   *
   * Takes a queue: an object with a method add(mail), or null for none. Default: in the memory of this process.
   *
   * Can be given in code alone.
   */
  queue?: MailQueue | null | undefined;
  /**
   * How many mails may wait in the memory of this process. Further ones are lost, which is logged.
   *
   * Takes a whole number, from 1 to 1000000. Default: `1000`.
   *
   * Environment: `SECURITY_MAIL_QUEUE_SIZE`.
   */
  queueSize?: number | undefined;
}

/** Login by mail, without a password. `@publicApi` */
export interface AccountsMailLoginOptions {
  /**
   * Whether one can log in with a link and a code that are mailed to the address of an account.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_PASSWORDLESS` or `SECURITY_MAIL_LOGIN`.
   */
  enabled?: boolean | undefined;
  /**
   * For how long the link is valid. The code is valid for 10 minutes at most.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d. Default: 10m.
   *
   * Environment: `SECURITY_LOGIN_WITHIN` or `SECURITY_MAIL_LOGIN_VALID_FOR`.
   */
  validFor?: string | number | undefined;
}

/** Registration. `@publicApi` */
export interface AccountsRegistrationOptions {
  /**
   * Whether anybody may create an account.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_REGISTERABLE` or `SECURITY_REGISTRATION`.
   */
  enabled?: boolean | undefined;
  /**
   * Further fields that a registration may have, by name: a function that returns the value to keep, or
   * undefined for one that is not accepted. Other fields are ignored.
   *
   * Takes an object with a function for each field. Default: none.
   *
   * Can be given in code alone.
   */
  fields?: Readonly<Record<string, FieldCheck>> | undefined;
  /**
   * Decides whether a registration is accepted, before any work is done for it: a captcha, an invitation.
   *
   * Takes a function (request) => true or false, or null for none. Default: everybody.
   *
   * Can be given in code alone.
   */
  admit?: ((request: RegistrationRequest) => boolean | Promise<boolean>) | null | undefined;
  /**
   * Called and awaited before an account is created; an error prevents it.
   *
   * Takes a function (request), or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  beforeRegister?: ((request: RegistrationRequest) => unknown) | null | undefined;
  /**
   * Called and awaited after an account has been created.
   *
   * Takes a function (account), or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  afterRegister?: ((account: Account) => unknown) | null | undefined;
}

/** Confirmation of addresses. `@publicApi` */
export interface AccountsConfirmationOptions {
  /**
   * Whether an account exists only once its address has been confirmed by a mail.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_CONFIRMABLE` or `SECURITY_CONFIRMATION`.
   */
  enabled?: boolean | undefined;
  /**
   * For how long the link of a registration is valid.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 14d. Default: 2d.
   *
   * Environment: `SECURITY_CONFIRM_EMAIL_WITHIN` or `SECURITY_CONFIRMATION_VALID_FOR`.
   */
  validFor?: string | number | undefined;
}

/** Recovery of forgotten passwords. `@publicApi` */
export interface AccountsRecoveryOptions {
  /**
   * Whether a mail with a link for a new password is sent to those who ask for it.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_RECOVERABLE` or `SECURITY_RECOVERY`.
   */
  enabled?: boolean | undefined;
  /**
   * For how long the link for a new password is valid.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d. Default: 1h.
   *
   * Environment: `SECURITY_RESET_PASSWORD_WITHIN` or `SECURITY_RECOVERY_VALID_FOR`.
   */
  validFor?: string | number | undefined;
}

/** Which passwords are accepted, and how they are hashed. `@publicApi` */
export interface AccountsPasswordsOptions {
  /**
   * The fewest characters of a password.
   *
   * Takes a whole number, from 8 to 64. Default: `8`.
   *
   * Environment: `SECURITY_PASSWORD_LENGTH_MIN` or `SECURITY_PASSWORDS_MIN`.
   */
  min?: number | undefined;
  /**
   * The most characters of a password.
   *
   * Takes a whole number, from 64 to 1024. Default: `256`.
   *
   * Environment: `SECURITY_PASSWORD_LENGTH_MAX` or `SECURITY_PASSWORDS_MAX`.
   */
  max?: number | undefined;
  /**
   * Whether common passwords are refused, by a list of 18,000 in this package.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_PASSWORD_COMMON` or `SECURITY_PASSWORDS_COMMON`.
   */
  common?: boolean | undefined;
  /**
   * Words that a password must not consist of, such as the name of your company. The name, the address and the
   * site are always among them.
   *
   * Takes an array, each item a word of 3 to 100 characters. Default: none.
   *
   * Environment: `SECURITY_PASSWORD_WORDS` or `SECURITY_PASSWORDS_WORDS`.
   */
  words?: readonly string[] | undefined;
  /**
   * Whether passwords from breaches are refused, by asking `ranges` for the first five digits of their SHA-1. If
   * it does not answer, `strict` refuses the password, `best-effort` accepts it.
   *
   * Takes one of strict, best-effort, or null for none. Default: none.
   *
   * Environment: `SECURITY_PASSWORD_CHECK_BREACHED` or `SECURITY_PASSWORDS_BREACHED`.
   */
  breached?: 'strict' | 'best-effort' | null | undefined;
  /**
   * How often a password must have been seen in breaches to be refused.
   *
   * Takes a whole number, from 1 to 1000000. Default: `1`.
   *
   * Environment: `SECURITY_PASSWORD_BREACHED_COUNT` or `SECURITY_PASSWORDS_BREACHED_COUNT`.
   */
  breachedCount?: number | undefined;
  /**
   * The service that knows breached passwords.
   *
   * Takes an object with a method range(prefix). Default: `pwnedPasswords()`, the service of Have I Been Pwned.
   *
   * Can be given in code alone.
   */
  ranges?: PasswordRanges | undefined;
  /**
   * The score that zxcvbn must give a password, 1 to 4. Needs `@zxcvbn-ts/core` and `@zxcvbn-ts/language-common`.
   *
   * Takes a whole number, from 1 to 4, or null for none. Default: none.
   *
   * Environment: `SECURITY_ZXCVBN_MINIMUM_SCORE` or `SECURITY_PASSWORDS_MIN_SCORE`.
   */
  minScore?: number | null | undefined;
  /** The cost of a hash: argon2id. */
  hashing?: AccountsPasswordsHashingOptions | undefined;
  /**
   * Keys that hashes depend on besides the password: `[{ id, secret }]`. The first one is used for new hashes;
   * the others are former ones. A hash whose pepper is missing is worthless.
   *
   * Takes a list of objects with an id and a secret of at least 32 characters. Default: none.
   *
   * Can be given in code alone.
   */
  peppers?: readonly PasswordPepper[] | undefined;
  /**
   * The `SECURITY_PASSWORD_SALT` of a Flask-Security application whose users you have adopted: their hashes are
   * checked as it made them, and replaced at the next login.
   *
   * Takes a string that is not empty, or null for none. Default: none.
   *
   * Environment: `SECURITY_PASSWORD_SALT` or `SECURITY_PASSWORDS_FLASK_SALT`.
   */
  flaskSalt?: string | null | undefined;
  /**
   * The `config.pepper` of Devise in a Rails application whose users you have adopted: their hashes are checked
   * as it made them, and replaced at the next login.
   *
   * Takes a string that is not empty, or null for none. Default: none.
   *
   * Environment: `DEVISE_PEPPER` or `SECURITY_PASSWORDS_DEVISE_PEPPER`.
   */
  devisePepper?: string | null | undefined;
}

/** The cost of a hash: argon2id. `@publicApi` */
export interface AccountsPasswordsHashingOptions {
  /**
   * The memory of a hash.
   *
   * Takes a size such as 4kb or 1mb, or a number of bytes, from 7mb to 256mb. Default: 19mb.
   *
   * Environment: `SECURITY_HASHING_MEMORY` or `SECURITY_PASSWORDS_HASHING_MEMORY`.
   */
  memory?: string | number | undefined;
  /**
   * How often a hash passes over its memory. With less memory than 19 MiB, take more passes.
   *
   * Takes a whole number, from 1 to 4. Default: `2`.
   *
   * Environment: `SECURITY_HASHING_PASSES` or `SECURITY_PASSWORDS_HASHING_PASSES`.
   */
  passes?: number | undefined;
  /**
   * The lanes of a hash.
   *
   * Takes a whole number, from 1 to 16. Default: `1`.
   *
   * Environment: `SECURITY_HASHING_PARALLELISM` or `SECURITY_PASSWORDS_HASHING_PARALLELISM`.
   */
  parallelism?: number | undefined;
  /**
   * How many passwords are hashed at once.
   *
   * Takes a whole number, from 1 to 64. Default: the number of processors, up to 4.
   *
   * Environment: `SECURITY_HASHING_PARALLEL` or `SECURITY_PASSWORDS_HASHING_PARALLEL`.
   */
  parallel?: number | undefined;
  /**
   * How many requests may wait for a hash; further ones are answered with a 503.
   *
   * Takes a whole number, from 1 to 10000. Default: `50`.
   *
   * Environment: `SECURITY_HASHING_WAITING` or `SECURITY_PASSWORDS_HASHING_WAITING`.
   */
  waiting?: number | undefined;
}

/** The one-time proofs in mailed links. `@publicApi` */
export interface AccountsProofsOptions {
  /**
   * Where they are stored. Needed where the sessions’ own store cannot make sure that a link is used once: Keyv,
   * stores of express-session, `null`, and `cookie` without `sealed.revocations`. Never closed.
   *
   * Takes a store, such as new RedisStore({ client }), or null for none. Default: the store of the sessions.
   *
   * Can be given in code alone.
   */
  store?: SessionStore | null | undefined;
}

/** Second factors of every kind. `@publicApi` */
export interface AccountsSecondFactorOptions {
  /**
   * Who needs a second factor: everybody (`true`), accounts with one of some roles (`['admin']`), or those for
   * which a function of the account returns true. A login without one has to set one up first.
   *
   * Takes true, false, an array of roles, or a function (account) => true or false. Default: `false`.
   *
   * Environment: `SECURITY_TWO_FACTOR_REQUIRED` or `SECURITY_SECOND_FACTOR_REQUIRED`.
   */
  required?: SecondFactorRequired | undefined;
}

/** Codes by SMS as a second factor. Needs the package `libphonenumber-js`. `@publicApi` */
export interface AccountsSmsOptions {
  /**
   * Whether accounts can have telephones to which codes are sent.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_SMS`.
   */
  enabled?: boolean | undefined;
  /**
   * What sends messages: any object with `send({ to, text, code, kind })`.
   *
   * Takes a sender: an object with a method send(sms), or null for none. Default: messages are written to the
   * log; in production there is none.
   *
   * Can be given in code alone.
   */
  sender?: SmsSender | null | undefined;
  /**
   * The countries whose mobile numbers get codes: `['DE', 'AT']`. Each one more is one where somebody can have
   * you pay for messages.
   *
   * Takes an array, each item a country of ISO 3166-1 by its two letters, such as DE. Default: none; required
   * where `sms` is on.
   *
   * Environment: `SECURITY_SMS_COUNTRIES`.
   */
  countries?: readonly string[] | undefined;
  /**
   * The country of numbers that are entered without the code of their country. Without one, they begin with `+`.
   *
   * Takes a country of ISO 3166-1 by its two letters, such as DE, or null for none. Default: the country of
   * `sms.countries`, if there is only one.
   *
   * Environment: `SECURITY_PHONE_REGION_DEFAULT` or `SECURITY_SMS_REGION`.
   */
  region?: string | null | undefined;
  /**
   * How many messages are sent in an hour, to all numbers together. Beyond it, requests get the same answer,
   * nothing is sent, and listeners get `sendingLimited`.
   *
   * Takes a whole number, from 1 to 1000000. Default: `100`.
   *
   * Environment: `SECURITY_SMS_PER_HOUR`.
   */
  perHour?: number | undefined;
}

/** Authenticator apps as a second factor (TOTP, RFC 6238). Needs the packages `otplib` and `qrcode`. `@publicApi` */
export interface AccountsTotpOptions {
  /**
   * Whether accounts can have authenticator apps.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TWO_FACTOR` or `SECURITY_TOTP`.
   */
  enabled?: boolean | undefined;
  /**
   * The name of the site in authenticator apps.
   *
   * Takes a name of up to 100 characters without a colon, on one line, or null for none. Default: the name of
   * the site.
   *
   * Environment: `SECURITY_TOTP_ISSUER`.
   */
  issuer?: string | null | undefined;
}

/** Codes that stand in for a second factor that is lost. `@publicApi` */
export interface AccountsRecoveryCodesOptions {
  /**
   * Whether accounts can have recovery codes.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_MULTI_FACTOR_RECOVERY_CODES` or `SECURITY_RECOVERY_CODES`.
   */
  enabled?: boolean | undefined;
  /**
   * How many codes are made at a time. Each can be used once.
   *
   * Takes a whole number, from 1 to 50. Default: `10`.
   *
   * Environment: `SECURITY_MULTI_FACTOR_RECOVERY_CODES_N` or `SECURITY_RECOVERY_CODES_COUNT`.
   */
  count?: number | undefined;
}

/** Passkeys: to log in with, as a second factor, and to confirm who is logged in. `@publicApi` */
export interface AccountsPasskeysOptions {
  /**
   * Whether accounts can have passkeys. Needs `@simplewebauthn/server`.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_WEBAUTHN` or `SECURITY_PASSKEYS`.
   */
  enabled?: boolean | undefined;
  /**
   * Whether one can log in with a passkey alone. Otherwise it is a second factor only.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_WAN_ALLOW_AS_FIRST_FACTOR` or `SECURITY_PASSKEYS_FIRST_FACTOR`.
   */
  firstFactor?: boolean | undefined;
  /**
   * Whether a passkey that has verified its user, such as by a fingerprint, counts as both factors.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_WAN_ALLOW_AS_MULTI_FACTOR` or `SECURITY_PASSKEYS_MULTI_FACTOR`.
   */
  multiFactor?: boolean | undefined;
  /**
   * Whether a new passkey, and a login with one, must have verified its user. With `preferred`, a login without
   * it is one factor. A second factor is never asked for it, and a confirmation only where the account has no
   * password.
   *
   * Takes one of required, preferred. Default: `required`.
   *
   * Environment: `SECURITY_WAN_USER_VERIFICATION` or `SECURITY_PASSKEYS_USER_VERIFICATION`.
   */
  userVerification?: 'required' | 'preferred' | undefined;
  /**
   * Whether a new passkey must be one that the browser finds by itself, as a login with it needs. Security keys
   * that cannot store any are second factors: `preferred` takes them as well.
   *
   * Takes one of required, preferred, discouraged. Default: `required`.
   *
   * Environment: `SECURITY_WAN_RESIDENT_KEY` or `SECURITY_PASSKEYS_RESIDENT_KEY`.
   */
  residentKey?: 'required' | 'preferred' | 'discouraged' | undefined;
  /**
   * Which passkeys can be added: those of the device itself (`platform`), or those of others, such as security
   * keys.
   *
   * Takes one of platform, cross-platform, or null for none. Default: any.
   *
   * Environment: `SECURITY_WAN_ATTACHMENT` or `SECURITY_PASSKEYS_ATTACHMENT`.
   */
  attachment?: 'platform' | 'cross-platform' | null | undefined;
  /**
   * What browsers call the site where they show a passkey.
   *
   * Takes a name of up to 100 characters, on one line, or null for none. Default: the name of the site.
   *
   * Environment: `SECURITY_WAN_RP_NAME` or `SECURITY_PASSKEYS_RP_NAME`.
   */
  rpName?: string | null | undefined;
  /**
   * The domain that passkeys belong to: the host of `publicUrl`, or a domain above it. Passkeys of one domain
   * are worth nothing under another one.
   *
   * Takes a domain such as shop.example, in lower case and ASCII, or null for none. Default: the host of
   * `publicUrl`.
   *
   * Environment: `SECURITY_WAN_RP_ID` or `SECURITY_PASSKEYS_RP_ID`.
   */
  rpId?: string | null | undefined;
  /**
   * Origins below `rpId` besides that of `publicUrl` whose pages may use passkeys, and Android applications, as
   * `android:apk-key-hash:…`.
   *
   * Takes an array, each item an origin such as https://app.shop.example, or android:apk-key-hash: and the hash.
   * Default: none.
   *
   * Environment: `SECURITY_WAN_ORIGINS` or `SECURITY_PASSKEYS_ORIGINS`.
   */
  origins?: readonly string[] | undefined;
  /**
   * How long the browser waits for a passkey, in milliseconds. A hint, for the browser.
   *
   * Takes a whole number, from 10000 to 300000. Default: `300000`.
   *
   * Environment: `SECURITY_WAN_SIGNIN_TIMEOUT` or `SECURITY_PASSKEYS_LOGIN_TIMEOUT`.
   */
  loginTimeout?: number | undefined;
  /**
   * How long the browser waits for a new passkey, in milliseconds. A hint, for the browser.
   *
   * Takes a whole number, from 10000 to 300000. Default: `300000`.
   *
   * Environment: `SECURITY_WAN_REGISTER_TIMEOUT` or `SECURITY_PASSKEYS_REGISTRATION_TIMEOUT`.
   */
  registrationTimeout?: number | undefined;
  /**
   * The most characters of the name of a passkey.
   *
   * Takes a whole number, from 1 to 100. Default: `64`.
   *
   * Environment: `SECURITY_WAN_NAME_MAX_LENGTH` or `SECURITY_PASSKEYS_NAME_LENGTH`.
   */
  nameLength?: number | undefined;
}

/** Sign-in with other providers, by OpenID Connect or OAuth 2. `@publicApi` */
export interface AccountsOauthOptions {
  /**
   * The providers, by the names that they have in addresses: `{ google: { clientId, clientSecret }, acme: {
   * issuer, clientId, clientSecret } }`. Needs `openid-client`.
   *
   * Takes an object with the settings of a provider, or a function (request) that returns them, for each name.
   * Default: none.
   *
   * Can be given in code alone.
   */
  providers?: Readonly<Record<string, OAuthProviderOption>> | undefined;
  /**
   * Makes an account for somebody who has none: a function of the profile that returns `{ email, emailConfirmed,
   * … }`, or null for nobody.
   *
   * Takes a function (profile, request) => the account, or null, or null for none. Default: nobody gets an
   * account by that.
   *
   * Can be given in code alone.
   */
  signUp?: OAuthSignUpHook | null | undefined;
}

/** Keys by which programs use an account, each for some scopes only. `@publicApi` */
export interface AccountsApiKeysOptions {
  /**
   * Whether accounts can have API keys.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_API_KEYS`.
   */
  enabled?: boolean | undefined;
  /**
   * The scopes that keys can have. `@Scopes()` says which of them a route needs; one without it takes no key.
   *
   * Takes an array, each item a name such as orders:read. Default: none; required where keys are on.
   *
   * Environment: `SECURITY_API_KEY_SCOPES` or `SECURITY_API_KEYS_SCOPES`.
   */
  scopes?: readonly string[] | undefined;
  /**
   * What keys begin with, so that people, and scanners of secrets, tell whose they are. Former ones stop working
   * when it changes.
   *
   * Takes 2 to 16 lower-case letters and digits, such as shop. Default: `key`.
   *
   * Environment: `SECURITY_API_KEY_PREFIX` or `SECURITY_API_KEYS_PREFIX`.
   */
  prefix?: string | undefined;
  /**
   * How many keys an account can have.
   *
   * Takes a whole number, from 1 to 1000. Default: `20`.
   *
   * Environment: `SECURITY_API_KEYS_MAX`.
   */
  max?: number | undefined;
  /**
   * For how long a key is valid at most, and if its owner does not choose.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1m or more, or null for none. Default: none:
   * until they are revoked.
   *
   * Environment: `SECURITY_API_KEY_MAX_AGE` or `SECURITY_API_KEYS_MAX_AGE`.
   */
  maxAge?: string | number | null | undefined;
  /**
   * How many requests a minute each key can make; more get a 429. `null`: any number.
   *
   * Takes a whole number, from 1 to 1000000, or null for none. Default: `600`.
   *
   * Environment: `SECURITY_API_KEY_PER_MINUTE` or `SECURITY_API_KEYS_PER_MINUTE`.
   */
  perMinute?: number | null | undefined;
}

/** Administration of accounts, over HTTP and on pages. Without `role` and `permission`, there are neither. `@publicApi` */
export interface AccountsAdminOptions {
  /**
   * The role of those who administer accounts.
   *
   * Takes a name such as admin, of up to 100 characters, or null for none. Default: none.
   *
   * Environment: `SECURITY_ADMIN_ROLE` or `SECURITY_ADMIN`.
   */
  role?: string | null | undefined;
  /**
   * The permission of those who administer accounts, beside `admin.role` or in its place.
   *
   * Takes a name such as admin, of up to 100 characters, or null for none. Default: none.
   *
   * Environment: `SECURITY_ADMIN_PERMISSION`.
   */
  permission?: string | null | undefined;
  /**
   * The roles that accounts can be given. Others are unknown.
   *
   * Takes an array, each item a name such as admin, of up to 100 characters, or null for none. Default: those of
   * the option `roles` of the session module; without it, any.
   *
   * Environment: `SECURITY_ADMIN_ROLES`.
   */
  roles?: readonly string[] | null | undefined;
  /**
   * Roles that administrators may give and take away beside those that they have themselves.
   *
   * Takes an array, each item a name such as admin, of up to 100 characters. Default: none.
   *
   * Environment: `SECURITY_ADMIN_GRANTABLE`.
   */
  grantable?: readonly string[] | undefined;
}

/** Access and refresh tokens, for clients that keep no cookies. `@publicApi` */
export interface AccountsTokensOptions {
  /**
   * Whether a login can be made that is in tokens, and in no session.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TOKENS`.
   */
  enabled?: boolean | undefined;
  /**
   * For how long an access token is valid.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 1d. Default: 15m.
   *
   * Environment: `SECURITY_TOKEN_MAX_AGE` or `SECURITY_TOKENS_MAX_AGE`.
   */
  maxAge?: string | number | undefined;
  /**
   * For how long such a login lasts at most, however often its tokens are refreshed.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 400d. Default: 90d.
   *
   * Environment: `SECURITY_REFRESH_TOKEN_MAX_AGE` or `SECURITY_TOKENS_REFRESH_MAX_AGE`.
   */
  refreshMaxAge?: string | number | undefined;
  /**
   * For how long it lasts after its tokens were refreshed last.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 400d. Default: 7d.
   *
   * Environment: `SECURITY_REFRESH_TOKEN_MAX_IDLE` or `SECURITY_TOKENS_REFRESH_MAX_IDLE`.
   */
  refreshMaxIdle?: string | number | undefined;
  /**
   * How long a used refresh token still leads to its successor, for parallel requests, and the access token
   * before it is valid. After that, its use counts as theft.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 0s to 5m. Default: 30s.
   *
   * Environment: `SECURITY_REFRESH_TOKEN_GRACE` or `SECURITY_TOKENS_GRACE`.
   */
  grace?: string | number | undefined;
  /**
   * Whether who is logged in by a session gets tokens as well, which end with that session.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TOKENS_FROM_SESSION`.
   */
  fromSession?: boolean | undefined;
  /**
   * How many such logins an account can have. The one that was used longest ago ends for a new one.
   *
   * Takes a whole number, from 1 to 1000. Default: `20`.
   *
   * Environment: `SECURITY_TOKENS_MAX`.
   */
  max?: number | undefined;
}

/** HTTP Basic, for the routes that are marked with `@AllowBasic()`. `@publicApi` */
export interface AccountsBasicOptions {
  /**
   * Whether these routes take an address and a password with each request.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_HTTP_BASIC` or `SECURITY_BASIC`.
   */
  enabled?: boolean | undefined;
  /**
   * What a browser shows when it asks for them. `@AllowBasic({ realm })` sets that of a route.
   *
   * Takes up to 100 ASCII characters without quotes and backslashes, or null for none. Default: the name of the
   * site.
   *
   * Environment: `SECURITY_DEFAULT_HTTP_AUTH_REALM` or `SECURITY_BASIC_REALM`.
   */
  realm?: string | null | undefined;
}

/** Invitations: an account exists only once who was invited has followed the link of the mail. `@publicApi` */
export interface AccountsInvitationsOptions {
  /**
   * Whether administrators may invite others.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_INVITATIONS`.
   */
  enabled?: boolean | undefined;
  /**
   * For how long the link of an invitation is valid.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 31d. Default: 7d.
   *
   * Environment: `SECURITY_INVITATION_WITHIN` or `SECURITY_INVITATIONS_VALID_FOR`.
   */
  validFor?: string | number | undefined;
}

/** Logins, as they are kept with their accounts. `@publicApi` */
export interface AccountsTrackingOptions {
  /**
   * Whether the number of logins, and the time and network address of the last two, are kept. They are personal
   * data.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TRACKABLE` or `SECURITY_TRACKING`.
   */
  enabled?: boolean | undefined;
  /**
   * Whether the owner of an account gets a mail when somebody logs in with a browser from which the account was
   * not used before. Needs `tracking.enabled`.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_NEW_DEVICE_MAIL` or `SECURITY_TRACKING_NEW_DEVICE`.
   */
  newDevice?: boolean | undefined;
  /**
   * The name of the cookie by which `tracking.newDevice` recognises a browser.
   *
   * Takes a cookie name that does not begin with two underscores. Default: `account_devices`.
   *
   * Environment: `SECURITY_DEVICE_COOKIE_NAME` or `SECURITY_TRACKING_DEVICE_COOKIE_NAME`.
   */
  deviceCookieName?: string | undefined;
}

/**
 * Trusted devices: browsers on which a login is not asked for the second factor for a while, where its owner has
 * said so. `@publicApi`
 */
export interface AccountsTrustedDevicesOptions {
  /**
   * Whether accounts can have trusted devices. Flask-Security’s `SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=false` says
   * the same. There are none where `timeouts` of the session module is `twice-daily`.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TRUSTED_DEVICES`.
   */
  enabled?: boolean | undefined;
  /**
   * How long a device is trusted, counted from when that was said; its use extends nothing.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 400d. Default: 30d.
   *
   * Environment: `SECURITY_TWO_FACTOR_LOGIN_VALIDITY` or `SECURITY_TRUSTED_DEVICES_MAX_AGE`.
   */
  maxAge?: string | number | undefined;
  /**
   * How many trusted devices an account can have. One more takes the place of the one that was used longest ago.
   *
   * Takes a whole number, from 1 to 1000. Default: `20`.
   *
   * Environment: `SECURITY_TRUSTED_DEVICES_MOST`.
   */
  most?: number | undefined;
  /**
   * The name of the cookie by which a trusted device is known.
   *
   * Takes a cookie name that does not begin with two underscores. Default: `trusted_device`.
   *
   * Environment: `SECURITY_TWO_FACTOR_VALIDITY_COOKIE_NAME` or `SECURITY_TRUSTED_DEVICES_COOKIE_NAME`.
   */
  cookieName?: string | undefined;
}

/** Accounts that are kept in their sessions, so that requests need no query. `@publicApi` */
export interface AccountsAccountCacheOptions {
  /**
   * How long a session keeps the account of its login. So long may a request see what has been changed since,
   * such as roles; an account that was disabled may be used, where the store cannot end its sessions.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 10m, or null for none. Default: each
   * request that needs the account reads it.
   *
   * Environment: `SECURITY_ACCOUNT_CACHE_MAX_AGE`.
   */
  maxAge?: string | number | null | undefined;
}

/** Deletion of accounts by their owners. `@publicApi` */
export interface AccountsDeletionOptions {
  /**
   * Whether the owner of an account may delete it.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_DELETABLE` or `SECURITY_DELETION`.
   */
  enabled?: boolean | undefined;
  /**
   * How long a deletion can be undone. Nobody can log in until then, and the account is deleted afterwards; not
   * before a change of its address can no longer be undone.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 0s to 365d. Default: 14d.
   *
   * Environment: `SECURITY_DELETION_GRACE`.
   */
  grace?: string | number | undefined;
  /**
   * How often each process looks for accounts that are due, and for rows of others that have expired; null:
   * never, and you call `AccountDeletionService.purge()`.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d, or null for none. Default: 1h.
   *
   * Environment: `SECURITY_DELETION_PURGE_INTERVAL`.
   */
  purgeInterval?: string | number | null | undefined;
  /**
   * Called and awaited before the deletion of an account is accepted; an error prevents it.
   *
   * Takes a function (account), or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  beforeDelete?: ((account: Account) => unknown) | null | undefined;
  /**
   * Called and awaited before the rows of an account are deleted, once its deletion cannot be undone any more:
   * delete there what your application keeps of it. It may be called again after a crash. An error is logged,
   * and it is tried again.
   *
   * Takes a function (account), or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  beforePurge?: ((account: Account) => unknown) | null | undefined;
}

/** Administrators who use the application in the place of a user, to see what that one sees. `@publicApi` */
export interface AccountsImpersonationOptions {
  /**
   * Whether administrators can take the place of a user for a while.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_IMPERSONATION`.
   */
  enabled?: boolean | undefined;
  /**
   * The role that an account needs for that, or one that includes it.
   *
   * Takes the name of a role, such as admin. Default: `admin`.
   *
   * Environment: `SECURITY_IMPERSONATION_ROLE`.
   */
  role?: string | undefined;
  /**
   * For how long at most. Then it ends by itself.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d. Default: 1h.
   *
   * Environment: `SECURITY_IMPERSONATION_MAX_DURATION`.
   */
  maxDuration?: string | number | undefined;
  /**
   * Whether the administrator has to say why. Listeners and the audit log get it.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_IMPERSONATION_REASON`.
   */
  reason?: boolean | undefined;
  /**
   * Whether accounts that have the role themselves, or administer accounts (`admin.role`), can be impersonated,
   * too.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_IMPERSONATION_ADMINISTRATORS`.
   */
  administrators?: boolean | undefined;
  /**
   * Whether the owner of the account gets a mail when it begins.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_IMPERSONATION_NOTIFY`.
   */
  notify?: boolean | undefined;
}

/** What is kept of everything that happens to accounts, in a chain that nobody can change unnoticed. `@publicApi` */
export interface AccountsAuditOptions {
  /**
   * Where it is kept.
   *
   * Takes an AuditLog, such as new KyselyAuditLog(database), or null for none. Default: none: nothing is kept.
   *
   * Can be given in code alone.
   */
  log?: AuditLog | null | undefined;
  /**
   * What happens while rows cannot be written. `report`: it is logged, and they are written later. `fail`:
   * answers of the routes of accounts wait for their rows, and are a 503 without them.
   *
   * Takes one of report, fail. Default: `report`.
   *
   * Environment: `SECURITY_AUDIT_ON_ERROR`.
   */
  onError?: 'report' | 'fail' | undefined;
  /**
   * Events that are not kept.
   *
   * Takes an array, each item the name of an event, such as codeSent. Default: none.
   *
   * Environment: `SECURITY_AUDIT_EXCEPT`.
   */
  except?: readonly string[] | undefined;
  /**
   * Whether the network address and the browser are kept. They are personal data.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_AUDIT_CLIENT`.
   */
  client?: boolean | undefined;
  /**
   * How many rows may wait to be written; more are lost, and a row says how many.
   *
   * Takes a whole number, from 100 to 1000000. Default: `10000`.
   *
   * Environment: `SECURITY_AUDIT_QUEUE_SIZE`.
   */
  queueSize?: number | undefined;
  /**
   * Secrets that were `SECRET_KEY` once, and are not in `SECRET_KEY_FALLBACKS` any more: rows that they have
   * signed are verified.
   *
   * Takes an array, each item a non-empty string or bytes. Default: none.
   *
   * Environment: `SECURITY_AUDIT_FORMER_KEYS`.
   */
  formerKeys?: readonly (string | Uint8Array)[] | undefined;
}

/** Change of the address of an account. `@publicApi` */
export interface AccountsEmailChangeOptions {
  /**
   * Whether users may change the address of their account.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_CHANGE_EMAIL` or `SECURITY_EMAIL_CHANGE`.
   */
  enabled?: boolean | undefined;
  /**
   * For how long the link that confirms the new address is valid.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d. Default: 2h.
   *
   * Environment: `SECURITY_CHANGE_EMAIL_WITHIN` or `SECURITY_EMAIL_CHANGE_VALID_FOR`.
   */
  validFor?: string | number | undefined;
}

/** Usernames, by which one can log in as well as by the address. `@publicApi` */
export interface AccountsUsernamesOptions {
  /**
   * Whether accounts have usernames. They are public.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_USERNAME_ENABLE` or `SECURITY_USERNAMES`.
   */
  enabled?: boolean | undefined;
  /**
   * Whether a registration needs a username.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_USERNAME_REQUIRED` or `SECURITY_USERNAMES_REQUIRED`.
   */
  required?: boolean | undefined;
  /**
   * The fewest characters of a username.
   *
   * Takes a whole number, from 1 to 64. Default: `4`.
   *
   * Environment: `SECURITY_USERNAME_MIN_LENGTH` or `SECURITY_USERNAMES_MIN`.
   */
  min?: number | undefined;
  /**
   * The most characters of a username.
   *
   * Takes a whole number, from 1 to 64. Default: `32`.
   *
   * Environment: `SECURITY_USERNAME_MAX_LENGTH` or `SECURITY_USERNAMES_MAX`.
   */
  max?: number | undefined;
}

/** Who may enter an account. `@publicApi` */
export interface AccountsGateOptions {
  /**
   * Further reasons to let nobody into an account, however it is entered. Called at each login and with each
   * request that needs the user.
   *
   * Takes a function (account, how) => a reason, or null, or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  also?: AlsoRefuses | null | undefined;
}

/** Where links in mails lead, for pages of your own, such as those of a single-page application. `@publicApi` */
export interface AccountsLinksOptions {
  /**
   * The page that confirms an address. A URL with `{token}`, best after a `#`, which browsers do not send to
   * servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  confirm?: string | null | undefined;
  /**
   * The page that sets a new password. A URL with `{token}`, best after a `#`, which browsers do not send to
   * servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  reset?: string | null | undefined;
  /**
   * The page that logs in by mail. A URL with `{token}`, best after a `#`, which browsers do not send to
   * servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  mailLogin?: string | null | undefined;
  /**
   * The page that undoes the deletion of an account. A URL with `{token}`, best after a `#`, which browsers do
   * not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  deletionUndo?: string | null | undefined;
  /**
   * The page that confirms a new address. A URL with `{token}`, best after a `#`, which browsers do not send to
   * servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  emailConfirm?: string | null | undefined;
  /**
   * The page that undoes a change of the address. A URL with `{token}`, best after a `#`, which browsers do not
   * send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  emailUndo?: string | null | undefined;
  /**
   * The page that accepts an invitation. A URL with `{token}`, best after a `#`, which browsers do not send to
   * servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  invitation?: string | null | undefined;
  /**
   * The page that reports a change which its owner has not made. A URL with `{token}`, best after a `#`, which
   * browsers do not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  notMe?: string | null | undefined;
}

/** How many mails may be caused by anybody. Beyond it, a request gets the same answer, and nothing is sent. `@publicApi` */
export interface AccountsSendingOptions {
  /**
   * How many mails of one kind are sent to one address in `sending.interval`.
   *
   * Takes a whole number, from 1 to 1000. Default: `3`.
   *
   * Environment: `SECURITY_SENDING_PER_RECIPIENT`.
   */
  perRecipient?: number | undefined;
  /**
   * The interval of `sending.perRecipient`.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 1d. Default: 15m.
   *
   * Environment: `SECURITY_SENDING_INTERVAL`.
   */
  interval?: string | number | undefined;
  /**
   * How many mails of one kind are sent to one address in a day.
   *
   * Takes a whole number, from 1 to 10000. Default: `20`.
   *
   * Environment: `SECURITY_SENDING_PER_DAY`.
   */
  perDay?: number | undefined;
  /**
   * How many mails one network address may cause in an hour, and an IPv6 /48 ten times as many; further requests
   * get a 429.
   *
   * Takes a whole number, from 1 to 1000000. Default: `20`.
   *
   * Environment: `SECURITY_SENDING_PER_ADDRESS`.
   */
  perAddress?: number | undefined;
}
