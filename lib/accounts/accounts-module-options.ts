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
   * The URL at which browsers reach the application, and the base of links in emails: `https://shop.example`.
   *
   * Takes a URL such as https://shop.example or https://example.com/shop, with nothing after the path, or null
   * for none. Default: that of the session module, otherwise the address that the application listens at;
   * required in production.
   *
   * Environment: `SECURITY_PUBLIC_URL`.
   */
  publicUrl?: string | null | undefined;
  /**
   * The name of the site, shown on pages and in emails.
   *
   * Takes a name of up to 100 characters, on one line, or null for none. Default: the host of `publicUrl`.
   *
   * Environment: `SECURITY_SITE_NAME` or `SECURITY_SITE`.
   */
  site?: string | null | undefined;
  /**
   * The repository that stores accounts.
   *
   * Takes an AccountRepository, or null for none. Default: in memory, with a warning; required in production.
   *
   * Can be given in code alone.
   */
  repository?: AccountRepository | null | undefined;
  /**
   * Sends emails: `smtpMailer(url)`, or an object with `send(mail)`.
   *
   * Takes a mailer: an object with a method send(mail), or null for none. Default: emails are written to the
   * log; required in production.
   *
   * Can be given in code alone.
   */
  mailer?: Mailer | null | undefined;
  /** Emails: their sender, their templates, and their queue. */
  mail?: AccountsMailOptions | undefined;
  /**
   * Login by email, without a password.
   *
   * Whether users can log in with a link or a code that is emailed to them.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_PASSWORDLESS` or `SECURITY_MAIL_LOGIN`.
   */
  mailLogin?: boolean | AccountsMailLoginOptions | undefined;
  /**
   * Registration.
   *
   * Whether anyone can create an account.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_REGISTERABLE` or `SECURITY_REGISTRATION`.
   */
  registration?: boolean | AccountsRegistrationOptions | undefined;
  /**
   * Confirmation of email addresses.
   *
   * Whether a registration must be confirmed by a link in an email before the account is created.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_CONFIRMABLE` or `SECURITY_CONFIRMATION`.
   */
  confirmation?: boolean | AccountsConfirmationOptions | undefined;
  /**
   * Recovery of forgotten passwords.
   *
   * Whether users can reset a forgotten password with a link in an email.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_RECOVERABLE` or `SECURITY_RECOVERY`.
   */
  recovery?: boolean | AccountsRecoveryOptions | undefined;
  /** Which passwords are accepted, and how they are hashed. */
  passwords?: AccountsPasswordsOptions | undefined;
  /** Single-use tokens in emailed links. */
  proofs?: AccountsProofsOptions | undefined;
  /** Second factors of every kind. */
  secondFactor?: AccountsSecondFactorOptions | undefined;
  /**
   * Accounts whose second factor is a code by email while they have no other one: all with a confirmed address
   * (`true`), those with one of some roles, or those for which a function returns true. For users who had that
   * elsewhere: it is not a real second factor (ASVS 6.3.6), and cannot be combined with `recovery` and
   * `mailLogin`.
   *
   * Takes true, false, an array of roles, or a function (account) => true or false. Default: `false`.
   *
   * Environment: `SECURITY_MAIL_AS_SECOND_FACTOR`.
   */
  mailAsSecondFactor?: SecondFactorRequired | undefined;
  /**
   * Codes by SMS as a second factor. Needs `libphonenumber-js`.
   *
   * Whether accounts can have phones as second factors, to which codes are sent.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_SMS`.
   */
  sms?: boolean | AccountsSmsOptions | undefined;
  /**
   * Authenticator apps as a second factor (TOTP, RFC 6238). Needs `otplib` and `qrcode`.
   *
   * Whether accounts can have authenticator apps.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TWO_FACTOR` or `SECURITY_TOTP`.
   */
  totp?: boolean | AccountsTotpOptions | undefined;
  /**
   * Recovery codes, for users who lose their second factor.
   *
   * Whether accounts can have recovery codes.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_MULTI_FACTOR_RECOVERY_CODES` or `SECURITY_RECOVERY_CODES`.
   */
  recoveryCodes?: boolean | AccountsRecoveryCodesOptions | undefined;
  /**
   * Passkeys: to log in, as a second factor, and to re-authenticate.
   *
   * Whether accounts can have passkeys. Needs `@simplewebauthn/server`.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_WEBAUTHN` or `SECURITY_PASSKEYS`.
   */
  passkeys?: boolean | AccountsPasskeysOptions | undefined;
  /** Sign-in with other providers by OpenID Connect or OAuth 2. */
  oauth?: AccountsOauthOptions | undefined;
  /**
   * API keys, which let programs use an account within some scopes.
   *
   * Whether accounts can have API keys.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_API_KEYS`.
   */
  apiKeys?: boolean | AccountsApiKeysOptions | undefined;
  /**
   * Administration of accounts by HTTP routes and pages. They exist only if `role` or `permission` is set.
   *
   * The role that administrators of accounts need.
   *
   * Takes a name such as admin, of up to 100 characters, or null for none. Default: none.
   *
   * Environment: `SECURITY_ADMIN_ROLE` or `SECURITY_ADMIN`.
   */
  admin?: string | null | AccountsAdminOptions | undefined;
  /**
   * Access and refresh tokens for clients without cookies.
   *
   * Whether clients can log in with tokens instead of a session.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TOKENS`.
   */
  tokens?: boolean | AccountsTokensOptions | undefined;
  /**
   * HTTP Basic authentication for routes with `@AllowBasic()`.
   *
   * Whether these routes accept an address and a password with each request.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_HTTP_BASIC` or `SECURITY_BASIC`.
   */
  basic?: boolean | AccountsBasicOptions | undefined;
  /**
   * Invitations by email. The account is created when the invited person accepts.
   *
   * Whether administrators can invite people.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_INVITATIONS`.
   */
  invitations?: boolean | AccountsInvitationsOptions | undefined;
  /**
   * Records of logins in their accounts.
   *
   * Whether accounts record the number of logins, and the time and network address of the last two. They are
   * personal data.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TRACKABLE` or `SECURITY_TRACKING`.
   */
  tracking?: boolean | AccountsTrackingOptions | undefined;
  /**
   * Trusted devices: browsers that users exempt from the second factor for a while.
   *
   * Whether accounts can have trusted devices. Flask-Security’s `SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=false` says
   * the same. Not available if `timeouts` of `SessionModule` is `twice-daily`.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TRUSTED_DEVICES`.
   */
  trustedDevices?: boolean | AccountsTrustedDevicesOptions | undefined;
  /** A copy of the account in its session, so that requests need no query. */
  accountCache?: AccountsAccountCacheOptions | undefined;
  /**
   * Deletion of accounts by their owners.
   *
   * Whether users can delete their accounts.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_DELETABLE` or `SECURITY_DELETION`.
   */
  deletion?: boolean | AccountsDeletionOptions | undefined;
  /**
   * Impersonation: administrators use the application as a user, to see what that user sees.
   *
   * Whether administrators can impersonate users.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_IMPERSONATION`.
   */
  impersonation?: boolean | AccountsImpersonationOptions | undefined;
  /** The audit log: a tamper-evident record of what happens to accounts. */
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
   * Change of email address.
   *
   * Whether users can change their email address.
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
   * Usernames, which users can log in with instead of their email address.
   *
   * Whether accounts have usernames, which are public.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_USERNAME_ENABLE` or `SECURITY_USERNAMES`.
   */
  usernames?: boolean | AccountsUsernamesOptions | undefined;
  /** Who may log in to an account. */
  gate?: AccountsGateOptions | undefined;
  /**
   * Returns what responses contain about an account.
   *
   * Takes a function (account) => an object for JSON, or null for none. Default: `{ id, email, emailConfirmed,
   * username, roles }`.
   *
   * Can be given in code alone.
   */
  payload?: ((account: Account) => object) | null | undefined;
  /** The targets of links in emails, if you have your own pages, such as those of a single-page application. */
  links?: AccountsLinksOptions | undefined;
  /**
   * Your own pages, by name: functions that return HTML. Other pages stay as they are.
   *
   * Takes an object with a function for each page. Default: the built-in ones.
   *
   * Can be given in code alone.
   */
  pages?: PageTemplates | undefined;
  /**
   * The language of pages and emails if neither the account nor the request names an available one.
   *
   * Takes a language, such as en. Default: `en`.
   *
   * Environment: `SECURITY_DEFAULT_LOCALE` or `SECURITY_LOCALE`.
   */
  locale?: string | undefined;
  /**
   * Messages that replace built-in ones, or add languages.
   *
   * Takes an object of languages, each an object of strings by message key. Default: English (`en`) and German
   * (`de`).
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
   * Translates messages, for example with a translation library. Called first for each message; null: use the
   * built-in one.
   *
   * Takes a function (key, values, locale) => a string or null, or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  translate?: Translate | null | undefined;
  /**
   * Where browsers are redirected after a login without `next`.
   *
   * Takes a path such as /account, percent-encoded where needed. Default: `/`.
   *
   * Environment: `SECURITY_POST_LOGIN_VIEW` or `SECURITY_AFTER_LOGIN`.
   */
  afterLogin?: string | undefined;
  /**
   * Where browsers are redirected after a logout.
   *
   * Takes a path such as /account, percent-encoded where needed. Default: `/`.
   *
   * Environment: `SECURITY_POST_LOGOUT_VIEW` or `SECURITY_AFTER_LOGOUT`.
   */
  afterLogout?: string | undefined;
  /**
   * Whether "Keep me logged in" is ticked by default on the login page.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_DEFAULT_REMEMBER_ME` or `SECURITY_REMEMBER`.
   */
  remember?: boolean | undefined;
  /** Limits on emails and text messages. Beyond them, a request gets the same response, but nothing is sent. */
  sending?: AccountsSendingOptions | undefined;
}

/** Emails: their sender, their templates, and their queue. `@publicApi` */
export interface AccountsMailOptions {
  /**
   * The sender of emails, with or without a name.
   *
   * Takes an address, with or without a name: Shop <no-reply@shop.example>, or null for none. Default:
   * `no-reply@` and the host of `publicUrl`.
   *
   * Environment: `SECURITY_EMAIL_SENDER` or `SECURITY_MAIL_FROM`.
   */
  from?: string | null | undefined;
  /**
   * Your own templates, by kind of email: functions that return `{ subject, text, html }`.
   *
   * Takes an object with a function for each kind of email. Default: the built-in ones.
   *
   * Can be given in code alone.
   */
  templates?: Readonly<Partial<Record<MailKind, MailTemplate>>> | undefined;
  /**
   * A queue where emails wait until they are sent.
   *
   * Takes a queue: an object with a method add(mail), or null for none. Default: in memory.
   *
   * Can be given in code alone.
   */
  queue?: MailQueue | null | undefined;
  /**
   * The maximum number of emails that wait in memory. Further ones are lost, which is logged.
   *
   * Takes a whole number, from 1 to 1000000. Default: `1000`.
   *
   * Environment: `SECURITY_MAIL_QUEUE_SIZE`.
   */
  queueSize?: number | undefined;
}

/** Login by email, without a password. `@publicApi` */
export interface AccountsMailLoginOptions {
  /**
   * Whether users can log in with a link or a code that is emailed to them.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_PASSWORDLESS` or `SECURITY_MAIL_LOGIN`.
   */
  enabled?: boolean | undefined;
  /**
   * How long the link is valid. The code is valid for at most 10 minutes.
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
   * Whether anyone can create an account.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_REGISTERABLE` or `SECURITY_REGISTRATION`.
   */
  enabled?: boolean | undefined;
  /**
   * Your own fields of a registration, by name: functions that return the value to store, or `undefined` to
   * reject it. Undeclared fields are ignored.
   *
   * Takes an object with a function for each field. Default: none.
   *
   * Can be given in code alone.
   */
  fields?: Readonly<Record<string, FieldCheck>> | undefined;
  /**
   * Decides whether a registration is accepted, before anything else is done, for example by a captcha or an
   * invitation code.
   *
   * Takes a function (request) => true or false, or null for none. Default: everyone is admitted.
   *
   * Can be given in code alone.
   */
  admit?: ((request: RegistrationRequest) => boolean | Promise<boolean>) | null | undefined;
  /**
   * Called and awaited before an account is created. If it throws, none is.
   *
   * Takes a function (request), or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  beforeRegister?: ((request: RegistrationRequest) => unknown) | null | undefined;
  /**
   * Called and awaited after an account has been created. An error is logged.
   *
   * Takes a function (account), or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  afterRegister?: ((account: Account) => unknown) | null | undefined;
}

/** Confirmation of email addresses. `@publicApi` */
export interface AccountsConfirmationOptions {
  /**
   * Whether a registration must be confirmed by a link in an email before the account is created.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_CONFIRMABLE` or `SECURITY_CONFIRMATION`.
   */
  enabled?: boolean | undefined;
  /**
   * How long the link to confirm a registration is valid.
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
   * Whether users can reset a forgotten password with a link in an email.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_RECOVERABLE` or `SECURITY_RECOVERY`.
   */
  enabled?: boolean | undefined;
  /**
   * How long the link to reset a password is valid.
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
   * The minimum number of characters in a password.
   *
   * Takes a whole number, from 8 to 64. Default: `8`.
   *
   * Environment: `SECURITY_PASSWORD_LENGTH_MIN` or `SECURITY_PASSWORDS_MIN`.
   */
  min?: number | undefined;
  /**
   * The maximum number of characters in a password.
   *
   * Takes a whole number, from 64 to 1024. Default: `256`.
   *
   * Environment: `SECURITY_PASSWORD_LENGTH_MAX` or `SECURITY_PASSWORDS_MAX`.
   */
  max?: number | undefined;
  /**
   * Whether common passwords are rejected, using a list of 18,000 in this package.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_PASSWORD_COMMON` or `SECURITY_PASSWORDS_COMMON`.
   */
  common?: boolean | undefined;
  /**
   * Words that a password must not consist of, such as the name of your company. The username, the address and
   * the name of the site are always included.
   *
   * Takes an array, each item a word of 3 to 100 characters. Default: none.
   *
   * Environment: `SECURITY_PASSWORD_WORDS` or `SECURITY_PASSWORDS_WORDS`.
   */
  words?: readonly string[] | undefined;
  /**
   * Whether passwords from data breaches are rejected, by a query of `ranges` with the first five digits of
   * their SHA-1. If it does not respond, `strict` rejects the password and `best-effort` accepts it.
   *
   * Takes one of strict, best-effort, or null for none. Default: none.
   *
   * Environment: `SECURITY_PASSWORD_CHECK_BREACHED` or `SECURITY_PASSWORDS_BREACHED`.
   */
  breached?: 'strict' | 'best-effort' | null | undefined;
  /**
   * How often a password must have appeared in breaches to be rejected.
   *
   * Takes a whole number, from 1 to 1000000. Default: `1`.
   *
   * Environment: `SECURITY_PASSWORD_BREACHED_COUNT` or `SECURITY_PASSWORDS_BREACHED_COUNT`.
   */
  breachedCount?: number | undefined;
  /**
   * The service that is queried for breached passwords.
   *
   * Takes an object with a method range(prefix). Default: `pwnedPasswords()`, the service of Have I Been Pwned.
   *
   * Can be given in code alone.
   */
  ranges?: PasswordRanges | undefined;
  /**
   * The minimum score of a password, rated by zxcvbn from 1 to 4. Needs `@zxcvbn-ts/core` and `@zxcvbn-ts/language-common`.
   *
   * Takes a whole number, from 1 to 4, or null for none. Default: none.
   *
   * Environment: `SECURITY_ZXCVBN_MINIMUM_SCORE` or `SECURITY_PASSWORDS_MIN_SCORE`.
   */
  minScore?: number | null | undefined;
  /** The cost of an argon2id hash. */
  hashing?: AccountsPasswordsHashingOptions | undefined;
  /**
   * Secret keys that hashes also depend on: `[{ id, secret }]`. New hashes use the first; the others are former
   * ones. A hash whose pepper is missing cannot be verified.
   *
   * Takes a list of objects with an id and a secret of at least 32 characters. Default: none.
   *
   * Can be given in code alone.
   */
  peppers?: readonly PasswordPepper[] | undefined;
  /**
   * The `SECURITY_PASSWORD_SALT` of a Flask-Security application whose users you have adopted. It verifies their
   * hashes, which are replaced at the next login.
   *
   * Takes a non-empty string, or null for none. Default: none.
   *
   * Environment: `SECURITY_PASSWORD_SALT` or `SECURITY_PASSWORDS_FLASK_SALT`.
   */
  flaskSalt?: string | null | undefined;
  /**
   * The `config.pepper` of Devise in a Rails application whose users you have adopted. It verifies their hashes,
   * which are replaced at the next login.
   *
   * Takes a non-empty string, or null for none. Default: none.
   *
   * Environment: `DEVISE_PEPPER` or `SECURITY_PASSWORDS_DEVISE_PEPPER`.
   */
  devisePepper?: string | null | undefined;
}

/** The cost of an argon2id hash. `@publicApi` */
export interface AccountsPasswordsHashingOptions {
  /**
   * The memory that a hash uses.
   *
   * Takes a size such as 4kb or 1mb, or a number of bytes, from 7mb to 256mb. Default: 19mb.
   *
   * Environment: `SECURITY_HASHING_MEMORY` or `SECURITY_PASSWORDS_HASHING_MEMORY`.
   */
  memory?: string | number | undefined;
  /**
   * The number of passes over the memory. With less than 19 MiB of memory, use more passes.
   *
   * Takes a whole number, from 1 to 4. Default: `2`.
   *
   * Environment: `SECURITY_HASHING_PASSES` or `SECURITY_PASSWORDS_HASHING_PASSES`.
   */
  passes?: number | undefined;
  /**
   * The number of lanes.
   *
   * Takes a whole number, from 1 to 16. Default: `1`.
   *
   * Environment: `SECURITY_HASHING_PARALLELISM` or `SECURITY_PASSWORDS_HASHING_PARALLELISM`.
   */
  parallelism?: number | undefined;
  /**
   * The maximum number of passwords that are hashed at the same time.
   *
   * Takes a whole number, from 1 to 64. Default: the number of processors, up to 4.
   *
   * Environment: `SECURITY_HASHING_PARALLEL` or `SECURITY_PASSWORDS_HASHING_PARALLEL`.
   */
  parallel?: number | undefined;
  /**
   * The maximum number of requests that wait for a hash; further ones get a 503.
   *
   * Takes a whole number, from 1 to 10000. Default: `50`.
   *
   * Environment: `SECURITY_HASHING_WAITING` or `SECURITY_PASSWORDS_HASHING_WAITING`.
   */
  waiting?: number | undefined;
}

/** Single-use tokens in emailed links. `@publicApi` */
export interface AccountsProofsOptions {
  /**
   * The store for these tokens. Required if the session store cannot guarantee single use: Keyv, stores of
   * express-session, `null`, and `cookie` without `sealed.revocations`. The module does not close it.
   *
   * Takes a store, such as new RedisStore({ client }), or null for none. Default: the session store.
   *
   * Can be given in code alone.
   */
  store?: SessionStore | null | undefined;
}

/** Second factors of every kind. `@publicApi` */
export interface AccountsSecondFactorOptions {
  /**
   * Accounts that need a second factor: all (`true`), those with one of some roles (`['admin']`), or those for
   * which a function returns true. Users without one have to set it up when they log in.
   *
   * Takes true, false, an array of roles, or a function (account) => true or false. Default: `false`.
   *
   * Environment: `SECURITY_TWO_FACTOR_REQUIRED` or `SECURITY_SECOND_FACTOR_REQUIRED`.
   */
  required?: SecondFactorRequired | undefined;
}

/** Codes by SMS as a second factor. Needs `libphonenumber-js`. `@publicApi` */
export interface AccountsSmsOptions {
  /**
   * Whether accounts can have phones as second factors, to which codes are sent.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_SMS`.
   */
  enabled?: boolean | undefined;
  /**
   * Sends text messages: an object with `send({ to, text, code, kind })`.
   *
   * Takes a sender: an object with a method send(sms), or null for none. Default: messages are written to the
   * log; required in production.
   *
   * Can be given in code alone.
   */
  sender?: SmsSender | null | undefined;
  /**
   * The countries to whose mobile numbers codes are sent: `['DE', 'AT']`. In each of them, attackers can make
   * you pay for messages.
   *
   * Takes an array, each item a country of ISO 3166-1 by its two letters, such as DE. Default: none; required if
   * `sms` is on.
   *
   * Environment: `SECURITY_SMS_COUNTRIES`.
   */
  countries?: readonly string[] | undefined;
  /**
   * The country of numbers that are entered without a country code. Without it, numbers must begin with `+`.
   *
   * Takes a country of ISO 3166-1 by its two letters, such as DE, or null for none. Default: the country of
   * `sms.countries`, if there is only one.
   *
   * Environment: `SECURITY_PHONE_REGION_DEFAULT` or `SECURITY_SMS_REGION`.
   */
  region?: string | null | undefined;
  /**
   * The maximum number of text messages an hour, to all numbers together. Beyond it, requests get the same
   * response, nothing is sent, and listeners get `sendingLimited`.
   *
   * Takes a whole number, from 1 to 1000000. Default: `100`.
   *
   * Environment: `SECURITY_SMS_PER_HOUR`.
   */
  perHour?: number | undefined;
}

/** Authenticator apps as a second factor (TOTP, RFC 6238). Needs `otplib` and `qrcode`. `@publicApi` */
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
   * The name of the site that authenticator apps show.
   *
   * Takes a name of up to 100 characters without a colon, on one line, or null for none. Default: the name of
   * the site.
   *
   * Environment: `SECURITY_TOTP_ISSUER`.
   */
  issuer?: string | null | undefined;
}

/** Recovery codes, for users who lose their second factor. `@publicApi` */
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
   * How many codes are generated at a time. Each can be used once.
   *
   * Takes a whole number, from 1 to 50. Default: `10`.
   *
   * Environment: `SECURITY_MULTI_FACTOR_RECOVERY_CODES_N` or `SECURITY_RECOVERY_CODES_COUNT`.
   */
  count?: number | undefined;
}

/** Passkeys: to log in, as a second factor, and to re-authenticate. `@publicApi` */
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
   * Whether users can log in with a passkey alone. Otherwise, passkeys are only second factors.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_WAN_ALLOW_AS_FIRST_FACTOR` or `SECURITY_PASSKEYS_FIRST_FACTOR`.
   */
  firstFactor?: boolean | undefined;
  /**
   * Whether a passkey that has verified its user, for example by fingerprint, counts as two factors.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_WAN_ALLOW_AS_MULTI_FACTOR` or `SECURITY_PASSKEYS_MULTI_FACTOR`.
   */
  multiFactor?: boolean | undefined;
  /**
   * Whether user verification is required to register a passkey and to log in with it. With `preferred`, a login
   * without it counts as one factor. A second factor never requires it, and re-authentication only if the
   * account has no password.
   *
   * Takes one of required, preferred. Default: `required`.
   *
   * Environment: `SECURITY_WAN_USER_VERIFICATION` or `SECURITY_PASSKEYS_USER_VERIFICATION`.
   */
  userVerification?: 'required' | 'preferred' | undefined;
  /**
   * Whether a new passkey must be discoverable, as a login needs it to be. `preferred` also accepts security
   * keys that cannot store passkeys, as second factors.
   *
   * Takes one of required, preferred, discouraged. Default: `required`.
   *
   * Environment: `SECURITY_WAN_RESIDENT_KEY` or `SECURITY_PASSKEYS_RESIDENT_KEY`.
   */
  residentKey?: 'required' | 'preferred' | 'discouraged' | undefined;
  /**
   * Which passkeys can be added: those of the device itself (`platform`), or those of other devices, such as
   * security keys (`cross-platform`).
   *
   * Takes one of platform, cross-platform, or null for none. Default: any.
   *
   * Environment: `SECURITY_WAN_ATTACHMENT` or `SECURITY_PASSKEYS_ATTACHMENT`.
   */
  attachment?: 'platform' | 'cross-platform' | null | undefined;
  /**
   * The name of the site that browsers show with a passkey.
   *
   * Takes a name of up to 100 characters, on one line, or null for none. Default: the name of the site.
   *
   * Environment: `SECURITY_WAN_RP_NAME` or `SECURITY_PASSKEYS_RP_NAME`.
   */
  rpName?: string | null | undefined;
  /**
   * The domain that passkeys belong to: the host of `publicUrl`, or a parent domain. If you change it, existing
   * passkeys stop working.
   *
   * Takes a domain such as shop.example, in lower case and ASCII, or null for none. Default: the host of
   * `publicUrl`.
   *
   * Environment: `SECURITY_WAN_RP_ID` or `SECURITY_PASSKEYS_RP_ID`.
   */
  rpId?: string | null | undefined;
  /**
   * Origins under `rpId`, besides that of `publicUrl`, whose pages can use passkeys; and Android applications,
   * as `android:apk-key-hash:…`.
   *
   * Takes an array, each item an origin such as https://app.shop.example, or android:apk-key-hash: and the hash.
   * Default: none.
   *
   * Environment: `SECURITY_WAN_ORIGINS` or `SECURITY_PASSKEYS_ORIGINS`.
   */
  origins?: readonly string[] | undefined;
  /**
   * How long the browser waits for a passkey at a login, in milliseconds. A hint for the browser.
   *
   * Takes a whole number, from 10000 to 300000. Default: `300000`.
   *
   * Environment: `SECURITY_WAN_SIGNIN_TIMEOUT` or `SECURITY_PASSKEYS_LOGIN_TIMEOUT`.
   */
  loginTimeout?: number | undefined;
  /**
   * How long the browser waits for a new passkey, in milliseconds. A hint for the browser.
   *
   * Takes a whole number, from 10000 to 300000. Default: `300000`.
   *
   * Environment: `SECURITY_WAN_REGISTER_TIMEOUT` or `SECURITY_PASSKEYS_REGISTRATION_TIMEOUT`.
   */
  registrationTimeout?: number | undefined;
  /**
   * The maximum number of characters in the name of a passkey.
   *
   * Takes a whole number, from 1 to 100. Default: `64`.
   *
   * Environment: `SECURITY_WAN_NAME_MAX_LENGTH` or `SECURITY_PASSKEYS_NAME_LENGTH`.
   */
  nameLength?: number | undefined;
}

/** Sign-in with other providers by OpenID Connect or OAuth 2. `@publicApi` */
export interface AccountsOauthOptions {
  /**
   * The providers, by the names they have in URLs: `{ google: { clientId, clientSecret }, acme: { issuer,
   * clientId, clientSecret } }`. Needs `openid-client`.
   *
   * Takes an object of providers by name, each an object of settings or a function (request) => settings.
   * Default: none.
   *
   * Can be given in code alone.
   */
  providers?: Readonly<Record<string, OAuthProviderOption>> | undefined;
  /**
   * Creates an account for a person without one: returns `{ email, emailConfirmed, … }` for their profile, or
   * null to reject them.
   *
   * Takes a function (profile, request) => an account or null, or null for none. Default: no account is created.
   *
   * Can be given in code alone.
   */
  signUp?: OAuthSignUpHook | null | undefined;
}

/** API keys, which let programs use an account within some scopes. `@publicApi` */
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
   * The scopes that keys can have. `@Scopes()` declares which of them a route needs; routes without it accept no
   * keys.
   *
   * Takes an array, each item a name such as orders:read. Default: none; required if API keys are on.
   *
   * Environment: `SECURITY_API_KEY_SCOPES` or `SECURITY_API_KEYS_SCOPES`.
   */
  scopes?: readonly string[] | undefined;
  /**
   * The prefix of keys, by which people and secret scanners recognise them. If you change it, existing keys stop
   * working.
   *
   * Takes 2 to 16 lower-case letters and digits, such as shop. Default: `key`.
   *
   * Environment: `SECURITY_API_KEY_PREFIX` or `SECURITY_API_KEYS_PREFIX`.
   */
  prefix?: string | undefined;
  /**
   * The maximum number of keys of an account.
   *
   * Takes a whole number, from 1 to 1000. Default: `20`.
   *
   * Environment: `SECURITY_API_KEYS_MAX`.
   */
  max?: number | undefined;
  /**
   * The maximum lifetime of a key, and its lifetime if its owner does not choose one.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, 1m or more, or null for none. Default: none:
   * until they are revoked.
   *
   * Environment: `SECURITY_API_KEY_MAX_AGE` or `SECURITY_API_KEYS_MAX_AGE`.
   */
  maxAge?: string | number | null | undefined;
  /**
   * The maximum number of requests a minute with one key; further ones get a 429. `null`: no limit.
   *
   * Takes a whole number, from 1 to 1000000, or null for none. Default: `600`.
   *
   * Environment: `SECURITY_API_KEY_PER_MINUTE` or `SECURITY_API_KEYS_PER_MINUTE`.
   */
  perMinute?: number | null | undefined;
}

/** Administration of accounts by HTTP routes and pages. They exist only if `role` or `permission` is set. `@publicApi` */
export interface AccountsAdminOptions {
  /**
   * The role that administrators of accounts need.
   *
   * Takes a name such as admin, of up to 100 characters, or null for none. Default: none.
   *
   * Environment: `SECURITY_ADMIN_ROLE` or `SECURITY_ADMIN`.
   */
  role?: string | null | undefined;
  /**
   * A permission that also makes users administrators of accounts, in addition to `admin.role` or instead of it.
   *
   * Takes a name such as admin, of up to 100 characters, or null for none. Default: none.
   *
   * Environment: `SECURITY_ADMIN_PERMISSION`.
   */
  permission?: string | null | undefined;
  /**
   * The roles that accounts can have. Other names are rejected.
   *
   * Takes an array, each item a name such as admin, of up to 100 characters, or null for none. Default: the
   * roles in the option `roles` of `SessionModule`; without that, any name.
   *
   * Environment: `SECURITY_ADMIN_ROLES`.
   */
  roles?: readonly string[] | null | undefined;
  /**
   * Roles that administrators can grant and revoke in addition to those that they have themselves.
   *
   * Takes an array, each item a name such as admin, of up to 100 characters. Default: none.
   *
   * Environment: `SECURITY_ADMIN_GRANTABLE`.
   */
  grantable?: readonly string[] | undefined;
}

/** Access and refresh tokens for clients without cookies. `@publicApi` */
export interface AccountsTokensOptions {
  /**
   * Whether clients can log in with tokens instead of a session.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TOKENS`.
   */
  enabled?: boolean | undefined;
  /**
   * How long an access token is valid.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 1d. Default: 15m.
   *
   * Environment: `SECURITY_TOKEN_MAX_AGE` or `SECURITY_TOKENS_MAX_AGE`.
   */
  maxAge?: string | number | undefined;
  /**
   * The absolute timeout of a token login, however often its tokens are refreshed.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 400d. Default: 90d.
   *
   * Environment: `SECURITY_REFRESH_TOKEN_MAX_AGE` or `SECURITY_TOKENS_REFRESH_MAX_AGE`.
   */
  refreshMaxAge?: string | number | undefined;
  /**
   * The idle timeout of a token login: how long after the last refresh it ends.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 400d. Default: 7d.
   *
   * Environment: `SECURITY_REFRESH_TOKEN_MAX_IDLE` or `SECURITY_TOKENS_REFRESH_MAX_IDLE`.
   */
  refreshMaxIdle?: string | number | undefined;
  /**
   * How long a used refresh token still returns its successor, for parallel requests, and the former access
   * token stays valid. Later use counts as theft.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 0s to 5m. Default: 30s.
   *
   * Environment: `SECURITY_REFRESH_TOKEN_GRACE` or `SECURITY_TOKENS_GRACE`.
   */
  grace?: string | number | undefined;
  /**
   * Whether users with a session can get tokens, which end with that session.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TOKENS_FROM_SESSION`.
   */
  fromSession?: boolean | undefined;
  /**
   * The maximum number of token logins of an account. A further one ends the least recently used.
   *
   * Takes a whole number, from 1 to 1000. Default: `20`.
   *
   * Environment: `SECURITY_TOKENS_MAX`.
   */
  max?: number | undefined;
}

/** HTTP Basic authentication for routes with `@AllowBasic()`. `@publicApi` */
export interface AccountsBasicOptions {
  /**
   * Whether these routes accept an address and a password with each request.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_HTTP_BASIC` or `SECURITY_BASIC`.
   */
  enabled?: boolean | undefined;
  /**
   * The realm, which browsers may show when they ask for the password. `@AllowBasic({ realm })` sets it for one
   * route.
   *
   * Takes up to 100 ASCII characters without quotes and backslashes, or null for none. Default: the name of the
   * site.
   *
   * Environment: `SECURITY_DEFAULT_HTTP_AUTH_REALM` or `SECURITY_BASIC_REALM`.
   */
  realm?: string | null | undefined;
}

/** Invitations by email. The account is created when the invited person accepts. `@publicApi` */
export interface AccountsInvitationsOptions {
  /**
   * Whether administrators can invite people.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_INVITATIONS`.
   */
  enabled?: boolean | undefined;
  /**
   * How long the link of an invitation is valid.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 31d. Default: 7d.
   *
   * Environment: `SECURITY_INVITATION_WITHIN` or `SECURITY_INVITATIONS_VALID_FOR`.
   */
  validFor?: string | number | undefined;
}

/** Records of logins in their accounts. `@publicApi` */
export interface AccountsTrackingOptions {
  /**
   * Whether accounts record the number of logins, and the time and network address of the last two. They are
   * personal data.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TRACKABLE` or `SECURITY_TRACKING`.
   */
  enabled?: boolean | undefined;
  /**
   * Whether the owner of an account gets an email about a login with a new browser. Needs `tracking.enabled`.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_NEW_DEVICE_MAIL` or `SECURITY_TRACKING_NEW_DEVICE`.
   */
  newDevice?: boolean | undefined;
  /**
   * The name of the cookie that identifies known browsers for `tracking.newDevice`.
   *
   * Takes a cookie name that does not begin with two underscores. Default: `account_devices`.
   *
   * Environment: `SECURITY_DEVICE_COOKIE_NAME` or `SECURITY_TRACKING_DEVICE_COOKIE_NAME`.
   */
  deviceCookieName?: string | undefined;
}

/** Trusted devices: browsers that users exempt from the second factor for a while. `@publicApi` */
export interface AccountsTrustedDevicesOptions {
  /**
   * Whether accounts can have trusted devices. Flask-Security’s `SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=false` says
   * the same. Not available if `timeouts` of `SessionModule` is `twice-daily`.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_TRUSTED_DEVICES`.
   */
  enabled?: boolean | undefined;
  /**
   * How long a device stays trusted. Using it does not extend that time.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 400d. Default: 30d.
   *
   * Environment: `SECURITY_TWO_FACTOR_LOGIN_VALIDITY` or `SECURITY_TRUSTED_DEVICES_MAX_AGE`.
   */
  maxAge?: string | number | undefined;
  /**
   * The maximum number of trusted devices of an account. A further one replaces the least recently used.
   *
   * Takes a whole number, from 1 to 1000. Default: `20`.
   *
   * Environment: `SECURITY_TRUSTED_DEVICES_MOST`.
   */
  most?: number | undefined;
  /**
   * The name of the cookie that identifies a trusted device.
   *
   * Takes a cookie name that does not begin with two underscores. Default: `trusted_device`.
   *
   * Environment: `SECURITY_TWO_FACTOR_VALIDITY_COOKIE_NAME` or `SECURITY_TRUSTED_DEVICES_COOKIE_NAME`.
   */
  cookieName?: string | undefined;
}

/** A copy of the account in its session, so that requests need no query. `@publicApi` */
export interface AccountsAccountCacheOptions {
  /**
   * How long a session keeps a copy of its account. For that long, requests may see a former state, such as
   * roles, and a disabled account may still be used if the session store cannot end its sessions.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 10m, or null for none. Default: off:
   * each request that needs the account reads it.
   *
   * Environment: `SECURITY_ACCOUNT_CACHE_MAX_AGE`.
   */
  maxAge?: string | number | null | undefined;
}

/** Deletion of accounts by their owners. `@publicApi` */
export interface AccountsDeletionOptions {
  /**
   * Whether users can delete their accounts.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_DELETABLE` or `SECURITY_DELETION`.
   */
  enabled?: boolean | undefined;
  /**
   * How long a deletion can be undone. Meanwhile nobody can log in; then the account is deleted, but not before
   * a change of its address can no longer be undone.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 0s to 365d. Default: 14d.
   *
   * Environment: `SECURITY_DELETION_GRACE`.
   */
  grace?: string | number | undefined;
  /**
   * How often each process deletes accounts that are due, and expired rows of other accounts. `null`: never;
   * call `AccountDeletionService.purge()` yourself.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d, or null for none. Default: 1h.
   *
   * Environment: `SECURITY_DELETION_PURGE_INTERVAL`.
   */
  purgeInterval?: string | number | null | undefined;
  /**
   * Called and awaited before a deletion is accepted. If it throws, the account stays.
   *
   * Takes a function (account), or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  beforeDelete?: ((account: Account) => unknown) | null | undefined;
  /**
   * Called and awaited before the rows of an account are deleted, once its deletion can no longer be undone:
   * delete what your application stores about it. It may be called again after a crash. An error is logged, and
   * the deletion is retried.
   *
   * Takes a function (account), or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  beforePurge?: ((account: Account) => unknown) | null | undefined;
}

/** Impersonation: administrators use the application as a user, to see what that user sees. `@publicApi` */
export interface AccountsImpersonationOptions {
  /**
   * Whether administrators can impersonate users.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_IMPERSONATION`.
   */
  enabled?: boolean | undefined;
  /**
   * The role that an account needs to impersonate others. Roles that include it count.
   *
   * Takes the name of a role, such as admin. Default: `admin`.
   *
   * Environment: `SECURITY_IMPERSONATION_ROLE`.
   */
  role?: string | undefined;
  /**
   * The maximum duration of an impersonation, after which it ends by itself.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d. Default: 1h.
   *
   * Environment: `SECURITY_IMPERSONATION_MAX_DURATION`.
   */
  maxDuration?: string | number | undefined;
  /**
   * Whether the administrator must enter a reason, which listeners and the audit log receive.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_IMPERSONATION_REASON`.
   */
  reason?: boolean | undefined;
  /**
   * Whether accounts that have this role themselves, or that administer accounts (`admin.role`), can also be
   * impersonated.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_IMPERSONATION_ADMINISTRATORS`.
   */
  administrators?: boolean | undefined;
  /**
   * Whether the user gets an email when an impersonation starts.
   *
   * Takes true or false. Default: `false`.
   *
   * Environment: `SECURITY_IMPERSONATION_NOTIFY`.
   */
  notify?: boolean | undefined;
}

/** The audit log: a tamper-evident record of what happens to accounts. `@publicApi` */
export interface AccountsAuditOptions {
  /**
   * Where the audit log is stored.
   *
   * Takes an AuditLog, such as new KyselyAuditLog(database), or null for none. Default: none: no audit log.
   *
   * Can be given in code alone.
   */
  log?: AuditLog | null | undefined;
  /**
   * What happens if rows cannot be written. `report`: the error is logged, and they are written later. `fail`:
   * responses of the routes of accounts wait for their rows, and are a 503 without them.
   *
   * Takes one of report, fail. Default: `report`.
   *
   * Environment: `SECURITY_AUDIT_ON_ERROR`.
   */
  onError?: 'report' | 'fail' | undefined;
  /**
   * Events that are not recorded.
   *
   * Takes an array, each item the name of an event, such as codeSent. Default: none.
   *
   * Environment: `SECURITY_AUDIT_EXCEPT`.
   */
  except?: readonly string[] | undefined;
  /**
   * Whether network addresses and browsers are recorded. They are personal data.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_AUDIT_CLIENT`.
   */
  client?: boolean | undefined;
  /**
   * The maximum number of rows that wait to be written. Further ones are lost; a row then says how many.
   *
   * Takes a whole number, from 100 to 1000000. Default: `10000`.
   *
   * Environment: `SECURITY_AUDIT_QUEUE_SIZE`.
   */
  queueSize?: number | undefined;
  /**
   * Former values of `SECRET_KEY` that are no longer in `SECRET_KEY_FALLBACKS`. They verify the rows that they
   * signed, and nothing else.
   *
   * Takes an array, each item a non-empty string or bytes. Default: none.
   *
   * Environment: `SECURITY_AUDIT_FORMER_KEYS`.
   */
  formerKeys?: readonly (string | Uint8Array)[] | undefined;
}

/** Change of email address. `@publicApi` */
export interface AccountsEmailChangeOptions {
  /**
   * Whether users can change their email address.
   *
   * Takes true or false. Default: `true`.
   *
   * Environment: `SECURITY_CHANGE_EMAIL` or `SECURITY_EMAIL_CHANGE`.
   */
  enabled?: boolean | undefined;
  /**
   * How long the link to confirm a new address is valid.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1m to 1d. Default: 2h.
   *
   * Environment: `SECURITY_CHANGE_EMAIL_WITHIN` or `SECURITY_EMAIL_CHANGE_VALID_FOR`.
   */
  validFor?: string | number | undefined;
}

/** Usernames, which users can log in with instead of their email address. `@publicApi` */
export interface AccountsUsernamesOptions {
  /**
   * Whether accounts have usernames, which are public.
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
   * The minimum number of characters in a username.
   *
   * Takes a whole number, from 1 to 64. Default: `4`.
   *
   * Environment: `SECURITY_USERNAME_MIN_LENGTH` or `SECURITY_USERNAMES_MIN`.
   */
  min?: number | undefined;
  /**
   * The maximum number of characters in a username.
   *
   * Takes a whole number, from 1 to 64. Default: `32`.
   *
   * Environment: `SECURITY_USERNAME_MAX_LENGTH` or `SECURITY_USERNAMES_MAX`.
   */
  max?: number | undefined;
}

/** Who may log in to an account. `@publicApi` */
export interface AccountsGateOptions {
  /**
   * Returns a reason to reject a login to an account, whatever its kind, or null to allow it. Called at each
   * login and for each request that needs the user.
   *
   * Takes a function (account, how) => a reason or null, or null for none. Default: none.
   *
   * Can be given in code alone.
   */
  also?: AlsoRefuses | null | undefined;
}

/** The targets of links in emails, if you have your own pages, such as those of a single-page application. `@publicApi` */
export interface AccountsLinksOptions {
  /**
   * The page that confirms an address. A URL that contains `{token}`, preferably after a `#`, which browsers do
   * not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  confirm?: string | null | undefined;
  /**
   * The page that sets a new password. A URL that contains `{token}`, preferably after a `#`, which browsers do
   * not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  reset?: string | null | undefined;
  /**
   * The page that completes a login by email. A URL that contains `{token}`, preferably after a `#`, which
   * browsers do not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  mailLogin?: string | null | undefined;
  /**
   * The page that undoes the deletion of an account. A URL that contains `{token}`, preferably after a `#`,
   * which browsers do not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  deletionUndo?: string | null | undefined;
  /**
   * The page that confirms a new address. A URL that contains `{token}`, preferably after a `#`, which browsers
   * do not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  emailConfirm?: string | null | undefined;
  /**
   * The page that undoes a change of address. A URL that contains `{token}`, preferably after a `#`, which
   * browsers do not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  emailUndo?: string | null | undefined;
  /**
   * The page that accepts an invitation. A URL that contains `{token}`, preferably after a `#`, which browsers
   * do not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  invitation?: string | null | undefined;
  /**
   * The page where users report a change that they did not make. A URL that contains `{token}`, preferably after
   * a `#`, which browsers do not send to servers.
   *
   * Takes a URL with {token} in it, such as https://app.example/confirm#{token}, or null for none. Default: the
   * built-in page.
   *
   * Can be given in code alone.
   */
  notMe?: string | null | undefined;
}

/** Limits on emails and text messages. Beyond them, a request gets the same response, but nothing is sent. `@publicApi` */
export interface AccountsSendingOptions {
  /**
   * The maximum number of emails of one kind to one address within `sending.interval`. It also applies to text
   * messages to one number.
   *
   * Takes a whole number, from 1 to 1000. Default: `3`.
   *
   * Environment: `SECURITY_SENDING_PER_RECIPIENT`.
   */
  perRecipient?: number | undefined;
  /**
   * The interval for `sending.perRecipient`.
   *
   * Takes a duration such as 30m or 31d, or a number of seconds, from 1s to 1d. Default: 15m.
   *
   * Environment: `SECURITY_SENDING_INTERVAL`.
   */
  interval?: string | number | undefined;
  /**
   * The maximum number of emails of one kind to one address a day. It also applies to text messages to one
   * number.
   *
   * Takes a whole number, from 1 to 10000. Default: `20`.
   *
   * Environment: `SECURITY_SENDING_PER_DAY`.
   */
  perDay?: number | undefined;
  /**
   * The maximum number of emails an hour that requests from one network address can cause; an IPv6 /48 can cause
   * ten times as many. Further requests get a 429.
   *
   * Takes a whole number, from 1 to 1000000. Default: `20`.
   *
   * Environment: `SECURITY_SENDING_PER_ADDRESS`.
   */
  perAddress?: number | undefined;
}
