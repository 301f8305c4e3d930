import {
  Controller,
  Global,
  Logger,
  Module,
  VERSION_NEUTRAL,
  type DynamicModule,
  type ModuleMetadata,
  type Provider,
  type Type,
} from '@nestjs/common';
import { AuthConfig } from '../auth/auth-config.js';
import { CsrfConfig } from '../auth/csrf/csrf-config.js';
import { environmentOf } from '../config/environment.js';
import type { OptionValues } from '../config/read.js';
import { KeyRing } from '../cookie/key-ring.js';
import { SessionConfigError } from '../errors.js';
import { isPlainPath } from '../http/origin.js';
import { SessionRuntime } from '../http/session-runtime.js';
import { SessionSettingsModule } from '../session-settings.module.js';
import type { SessionStore } from '../stores/session-store.js';
import { SESSION_SETTINGS, SESSION_STORE } from '../tokens.js';
import { AccountsConfig, type AccountsFeature } from './accounts-config.js';
import type { AccountsModuleOptions } from './accounts-module-options.js';
import { accountsCommand } from './command-access.js';
import { ApiKeyCheck } from './api-keys/api-key-check.js';
import { ApiKeyLoader } from './api-keys/api-key.loader.js';
import { ApiKeyRows } from './api-keys/api-key-rows.js';
import { ApiKeyService } from './api-keys/api-key.service.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeysRoutes } from './api-keys/api-keys.routes.js';
import { BearerTokens } from './bearer/bearer-token.js';
import { BasicLoader } from './bearer/basic.loader.js';
import { BearerFeature } from './bearer/bearer.feature.js';
import { TokenFamilies } from './bearer/token-families.js';
import { TokenLogins } from './bearer/token-logins.js';
import { TokenController } from './bearer/token.controller.js';
import { TokenService } from './bearer/token.service.js';
import { TokenRoutes } from './bearer/token.routes.js';
import { AccountsService } from './accounts.service.js';
import { AccessReset } from './admin/access-reset.js';
import { AccountAdministration } from './admin/account-administration.js';
import { AccountView } from './admin/account-view.js';
import { AdminController } from './admin/admin.controller.js';
import { AdminRoutes } from './admin/admin.routes.js';
import { Administrators } from './admin/administrators.js';
import { CurrentAdministrator } from './admin/current-administrator.js';
import { AdminInvitationsController } from './invitations/admin-invitations.controller.js';
import { AdminInvitations } from './invitations/admin-invitations.js';
import { InvitationAcceptance } from './invitations/invitation-acceptance.js';
import { InvitationController } from './invitations/invitation.controller.js';
import { InvitationRows } from './invitations/invitation-rows.js';
import { InvitationsService } from './invitations/invitations.service.js';
import { CodeSending } from './codes/code-sending.js';
import { CodeMethod } from './codes/code.method.js';
import { MailFactor } from './codes/mail-factor.js';
import { PhoneNumbers } from './codes/phone-numbers.js';
import { PhoneRows } from './codes/phone-rows.js';
import { PhonesController } from './codes/phones.controller.js';
import { PhonesService } from './codes/phones.service.js';
import { SentCodes } from './codes/sent-codes.js';
import { SmsOutbox } from './codes/sms-outbox.js';
import { ConsoleSmsSender } from './codes/console-sms-sender.js';
import type { SmsSender } from './codes/sms.js';
import { ConfirmationController } from './confirmation/confirmation.controller.js';
import { MailboxOwner } from './confirmation/mailbox-owner.js';
import { ConfirmationService } from './confirmation/confirmation.service.js';
import { AccountDeletionService } from './deletion/account-deletion.service.js';
import { AccountExport } from './deletion/account-export.js';
import { AccountController } from './deletion/account.controller.js';
import { DeletionPurge } from './deletion/deletion-purge.js';
import { DeletionRows } from './deletion/deletion-rows.js';
import { DeletionController } from './deletion/deletion.controller.js';
import { AccountEvents } from './events/account-events.js';
import { AccountFactors } from './factors/account-factors.js';
import { FactorChanges } from './factors/factor-changes.js';
import { FactorMethods } from './factors/factor-methods.js';
import { FactorNeeds } from './factors/factor-needs.js';
import { FactorOwner } from './factors/factor-owner.js';
import { WaysIn } from './factors/ways-in.js';
import { FactorsController } from './factors/factors.controller.js';
import { OwnedFactors } from './factors/owned-factors.js';
import { PasswordMethod } from './factors/password.method.js';
import { AccountGate } from './gate/account-gate.js';
import { AccountCache } from './gate/account-cache.js';
import { AccountLoader } from './gate/account-loader.js';
import { Entrance } from './gate/entrance.js';
import { GateFeature } from './gate/gate.feature.js';
import { AuditChain } from './audit/audit-chain.js';
import { AuditListener } from './audit/audit.listener.js';
import { AuditService } from './audit/audit.service.js';
import { AuditWriter } from './audit/audit-writer.js';
import { ImpersonationCheck } from './impersonation/impersonation-check.js';
import { ImpersonationController } from './impersonation/impersonation.controller.js';
import { ImpersonationFeature } from './impersonation/impersonation.feature.js';
import { ImpersonationService } from './impersonation/impersonation.service.js';
import { OwnSession } from './impersonation/own-session.js';
import { AccountAnswers } from './http/account-answers.js';
import { AccountPaths } from './http/account-paths.js';
import { LoginController } from './login/login.controller.js';
import { AccountPasswords } from './login/account-passwords.js';
import { Arrival } from './login/arrival.js';
import { CurrentAccount } from './login/current-account.js';
import { FreshLogin } from './login/fresh-login.js';
import { Identities } from './login/identities.js';
import { LoginService } from './login/login.service.js';
import { PasswordCheck } from './login/password-check.js';
import { PasswordLoginService } from './login/password-login.service.js';
import { EmailChangeController } from './email/email-change.controller.js';
import { EmailChangeService } from './email/email-change.service.js';
import { ReservedAddresses } from './email/reserved-addresses.js';
import { AccountRestorer } from './not-me/account-restorer.js';
import { FactorHistory } from './not-me/factor-history.js';
import { NotMeController } from './not-me/not-me.controller.js';
import { Restoring } from './not-me/restoring.js';
import { SecurityNotices } from './not-me/security-notices.js';
import { FlowProofs } from './proofs/flow-proofs.js';
import { LastingProofs } from './proofs/lasting-proofs.js';
import { UsernameController } from './username/username.controller.js';
import { UsernameService } from './username/username.service.js';
import { MailLoginController } from './mail-login/mail-login.controller.js';
import { MailLoginRoutes } from './mail-login/mail-login.routes.js';
import { MailLoginService } from './mail-login/mail-login.service.js';
import { AccountMails } from './mail/account-mails.js';
import { AfterAnswer } from './mail/after-answer.js';
import { ConsoleMailer } from './mail/console-mailer.js';
import type { Mailer } from './mail/mail.js';
import { Budgets } from './http/budgets.js';
import { SendingLimits } from './mail/sending-limits.js';
import { MessageCatalog } from './messages/messages.js';
import { AccountStyle } from './pages/account-style.js';
import { AccessTokens } from './oauth/access/access-tokens.service.js';
import { TokenKeeping } from './oauth/access/token-keeping.feature.js';
import { TokenRefresh } from './oauth/access/token-refresh.js';
import { TokenRevocation } from './oauth/access/token-revocation.js';
import { TokenSeal } from './oauth/access/token-seal.js';
import { OAuthCallback } from './oauth/oauth-callback.service.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { OAuthFlows } from './oauth/oauth-flows.js';
import { OAuthIdentities } from './oauth/oauth-identities.js';
import { OAuthLinks } from './oauth/oauth-links.service.js';
import { OAuthLogins } from './oauth/oauth-logins.js';
import { OAuthProfiles } from './oauth/oauth-profiles.js';
import { OAuthProviders } from './oauth/oauth-providers.js';
import { OAuthRedeemer } from './oauth/oauth-redeemer.js';
import { OAuthResponses } from './oauth/oauth-responses.js';
import { OAuthLogout } from './oauth/oauth-logout.js';
import { OAuthSessions } from './oauth/oauth-sessions.js';
import { LogoutTokens } from './oauth/logout-tokens.js';
import { BackchannelLogout } from './oauth/backchannel-logout.js';
import { OAuthSignUps } from './oauth/oauth-sign-ups.js';
import { OAuthStart } from './oauth/oauth-start.service.js';
import { loadOpenIdClient } from './oauth/openid-client-library.js';
import { PasskeyCheck } from './passkeys/passkey-check.js';
import { PasskeyFlows } from './passkeys/passkey-flows.js';
import { PasskeyLoginController } from './passkeys/passkey-login.controller.js';
import { PasskeyLoginService } from './passkeys/passkey-login.service.js';
import { PasskeyRegistrationService } from './passkeys/passkey-registration.service.js';
import { PasskeyPermission } from './passkeys/passkey-permission.js';
import { PasskeyRows } from './passkeys/passkey-rows.js';
import { PasskeyMethod } from './passkeys/passkey.method.js';
import { PasskeySignals } from './passkeys/passkey-signals.js';
import { PasskeyService } from './passkeys/passkey.service.js';
import { PasskeysService } from './passkeys/passkeys.service.js';
import { PasskeysController } from './passkeys/passkeys.controller.js';
import { relyingPartyOf } from './passkeys/relying-party.js';
import { loadWebAuthn } from './passkeys/webauthn-library.js';
import { WebAuthn } from './passkeys/webauthn.js';
import { PasswordChangeController } from './password-change/password-change.controller.js';
import { PasswordChangeService } from './password-change/password-change.service.js';
import { PasswordService } from './passwords/password.service.js';
import { PendingLogins } from './pending/pending-logins.js';
import { Proofs } from './proofs/proofs.js';
import { readAccountsConfig, accountKeysNotRead } from './read-config.js';
import { RecoveryCodeMethod } from './recovery-codes/recovery-code.method.js';
import { RecoveryCodeRows } from './recovery-codes/recovery-code-rows.js';
import { RecoveryCodesController } from './recovery-codes/recovery-codes.controller.js';
import { RecoveryCodesService } from './recovery-codes/recovery-codes.service.js';
import { RecoveryController } from './recovery/recovery.controller.js';
import { RecoveryService } from './recovery/recovery.service.js';
import { AccountMaker } from './registration/account-maker.js';
import { RegistrationController } from './registration/registration.controller.js';
import { RegistrationService } from './registration/registration.service.js';
import { AccountRepository } from './repository/account-repository.js';
import { MemoryAccountRepository } from './repository/memory-account-repository.js';
import { AccountSessions } from './sessions/account-sessions.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { EnrollCode } from './second-factor/enroll-code.js';
import { SecondFactorController } from './second-factor/second-factor.controller.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';
import { SecondFactorSteps } from './second-factor/second-factor-steps.js';
import { TotpController } from './totp/totp.controller.js';
import { TotpLibrary } from './totp/totp-library.js';
import { TotpMethod } from './totp/totp.method.js';
import { TotpRows } from './totp/totp-rows.js';
import { TotpService } from './totp/totp.service.js';
import { ACCOUNTS_TESTING, type AccountsTestingAccess } from './testing-access.js';
import { ACCOUNTS_MAILER, ACCOUNTS_SMS_SENDER } from './tokens.js';
import { AccountDevices } from './tracking/account-devices.js';
import { NewDeviceNotice } from './tracking/new-device-notice.js';
import { TrackingFeature } from './tracking/tracking.feature.js';
import { TrustCookie } from './trusted-devices/trust-cookie.js';
import { TrustedDevices } from './trusted-devices/trusted-devices.js';
import { mayTrustDevices, trustWarnings } from './trusted-devices/trust-levels.js';
import { ExpiredRows } from './upkeep/expired-rows.js';
import { Upkeep } from './upkeep/upkeep.js';
import { VerifyController } from './verify/verify.controller.js';
import { VerifyService } from './verify/verify.service.js';

/** The path of the routes, and which there are. Nest needs both before it creates providers. @publicApi */
export interface AccountsRoutes {
  /** `false`: no routes at all; or the features without routes, such as `{ registration: false }`. Default: the routes of all features. */
  readonly routes?: false | Readonly<Partial<Record<AccountsFeature, boolean>>> | undefined;
  /** The path of the routes, below the application's global prefix. Environment: `SECURITY_URL_PREFIX`. Default: `/auth`. */
  readonly prefix?: string | undefined;
}

/** Options from a factory. @publicApi */
export interface AccountsModuleAsyncOptions extends AccountsRoutes {
  readonly imports?: ModuleMetadata['imports'];
  /** The providers that are passed to the factory. */
  readonly inject?: readonly NonNullable<Extract<Provider, { inject?: unknown[] }>['inject']>[number][];
  // oxlint-disable-next-line typescript/no-explicit-any -- What Nest hands in has the types of `inject`, which no type says.
  readonly useFactory: (...needed: any[]) => AccountsModuleOptions | Promise<AccountsModuleOptions>;
}

const logger = new Logger('AccountsModule');
const ACCOUNTS_OPTIONS = Symbol('ACCOUNTS_OPTIONS');

const controllers: Readonly<Record<AccountsFeature, Type | readonly Type[]>> = {
  login: LoginController,
  mailLogin: MailLoginController,
  emailChange: EmailChangeController,
  usernameChange: UsernameController,
  notMe: NotMeController,
  registration: RegistrationController,
  confirmation: ConfirmationController,
  recovery: RecoveryController,
  verify: VerifyController,
  passwordChange: PasswordChangeController,
  passkeys: [PasskeysController, PasskeyLoginController],
  sessions: SessionsController,
  account: AccountController,
  deletion: DeletionController,
  secondFactor: SecondFactorController,
  factors: FactorsController,
  totp: TotpController,
  sms: PhonesController,
  recoveryCodes: RecoveryCodesController,
  apiKeys: ApiKeysController,
  oauth: OAuthController,
  admin: AdminController,
  invitations: [InvitationController, AdminInvitationsController],
  impersonation: ImpersonationController,
  tokens: TokenController,
};

/** What an application has handed in, secrets among it: Nest's container, which tools show, must not. */
class HandedIn {
  readonly #options: AccountsModuleOptions;

  constructor(options: AccountsModuleOptions) {
    this.#options = options;
  }

  get options(): AccountsModuleOptions {
    return this.#options;
  }
}

const providers: Provider[] = [
  {
    provide: AccountRepository,
    inject: [AccountsConfig, SessionRuntime],
    useFactory: ({ options }: AccountsConfig, { now }: SessionRuntime) =>
      options.repository ?? new MemoryAccountRepository({ now }),
  },
  {
    provide: ACCOUNTS_MAILER,
    inject: [AccountsConfig],
    useFactory: ({ options }: AccountsConfig): Mailer => options.mailer ?? new ConsoleMailer(),
  },
  {
    provide: ACCOUNTS_SMS_SENDER,
    inject: [AccountsConfig],
    useFactory: ({ options: { sms } }: AccountsConfig): SmsSender => sms.sender ?? new ConsoleSmsSender(),
  },
  {
    provide: PasswordService,
    inject: [AccountsConfig],
    useFactory: ({ options }: AccountsConfig) =>
      PasswordService.create(options.passwords, (message) => {
        logger.warn(message);
      }),
  },
  proofsOf(Proofs),
  proofsOf(FlowProofs),
  {
    provide: MessageCatalog,
    inject: [AccountsConfig],
    useFactory: ({ options: { messages, locale, translate } }: AccountsConfig) =>
      new MessageCatalog(messages, locale, translate),
  },
  AccountEvents,
  {
    provide: WebAuthn,
    inject: [AccountsConfig, AccountPaths],
    useFactory: async ({ options: { passkeys } }: AccountsConfig, paths: AccountPaths) =>
      new WebAuthn(passkeys.enabled ? await loadWebAuthn() : null, () =>
        relyingPartyOf(paths.publicUrl, passkeys, paths.site),
      ),
  },
  {
    provide: OAuthProviders,
    inject: [AccountsConfig, SessionRuntime],
    useFactory: async (config: AccountsConfig, { now }: SessionRuntime) =>
      new OAuthProviders(config, config.has('oauth') ? await loadOpenIdClient() : null, now),
  },
  AccountPaths,
  AfterAnswer,
  AccountMails,
  Budgets,
  SendingLimits,
  AccountGate,
  GateFeature,
  AccountLoader,
  AccountCache,
  AccountAnswers,
  AccountStyle,
  Entrance,
  Identities,
  AccountPasswords,
  PasswordCheck,
  CurrentAccount,
  AccountMaker,
  LastingProofs,
  FactorHistory,
  AccountRestorer,
  ReservedAddresses,
  SecurityNotices,
  Restoring,
  EmailChangeService,
  UsernameService,
  AccessReset,
  AccountsService,
  Arrival,
  PendingLogins,
  FactorMethods,
  FactorNeeds,
  WaysIn,
  AccountFactors,
  FactorOwner,
  OwnedFactors,
  SecondFactorSteps,
  SecondFactorService,
  EnrollCode,
  TotpLibrary,
  TotpRows,
  TotpMethod,
  TotpService,
  PhoneNumbers,
  PhoneRows,
  SentCodes,
  SmsOutbox,
  CodeSending,
  MailFactor,
  CodeMethod,
  PhonesService,
  RecoveryCodeRows,
  RecoveryCodeMethod,
  RecoveryCodesService,
  PasswordMethod,
  FactorChanges,
  FreshLogin,
  AccountSessions,
  DeletionRows,
  DeletionPurge,
  ExpiredRows,
  Upkeep,
  AccountDeletionService,
  AccountExport,
  TrustCookie,
  TrustedDevices,
  AccountDevices,
  NewDeviceNotice,
  TrackingFeature,
  {
    provide: ACCOUNTS_TESTING,
    inject: [AccountsService, AccountMails, SmsOutbox, AfterAnswer, TokenService],
    useFactory: (
      accounts: AccountsService,
      mails: AccountMails,
      outbox: SmsOutbox,
      afterAnswer: AfterAnswer,
      tokens: TokenService,
    ): AccountsTestingAccess => ({
      create: (account) => accounts.create(account),
      issueTokens: (account, factors) => tokens.issue(account, factors),
      onMail: (listener) => {
        mails.onMail(listener);
      },
      onSms: (listener) => {
        outbox.onSms(listener);
      },
      settled: (ms) => afterAnswer.settled(ms),
    }),
  },
  LoginService,
  PasswordLoginService,
  RegistrationService,
  ConfirmationService,
  MailboxOwner,
  MailLoginService,
  MailLoginRoutes,
  RecoveryService,
  VerifyService,
  PasswordChangeService,
  PasskeyFlows,
  PasskeyRows,
  PasskeyCheck,
  PasskeySignals,
  PasskeyMethod,
  PasskeyPermission,
  PasskeysService,
  PasskeyService,
  PasskeyLoginService,
  PasskeyRegistrationService,
  OAuthFlows,
  OAuthIdentities,
  OAuthLinks,
  OAuthLogins,
  OAuthProfiles,
  OAuthSignUps,
  OAuthRedeemer,
  OAuthResponses,
  OAuthSessions,
  OAuthLogout,
  LogoutTokens,
  BackchannelLogout,
  OAuthStart,
  OAuthCallback,
  TokenSeal,
  TokenRevocation,
  TokenKeeping,
  TokenRefresh,
  AccessTokens,
  ApiKeyRows,
  ApiKeyService,
  ApiKeysRoutes,
  ApiKeyCheck,
  ApiKeyLoader,
  Administrators,
  AccountView,
  AccountAdministration,
  AdminRoutes,
  CurrentAdministrator,
  InvitationRows,
  InvitationsService,
  InvitationAcceptance,
  AdminInvitations,
  OwnSession,
  ImpersonationCheck,
  ImpersonationFeature,
  ImpersonationService,
  accountsCommand,
  BearerTokens,
  TokenFamilies,
  TokenLogins,
  TokenRoutes,
  TokenService,
  BearerFeature,
  BasicLoader,
  AuditChain,
  AuditWriter,
  AuditListener,
  AuditService,
];

/**
 * Accounts for an application with sessions: registration, login, recovery, and their pages.
 *
 * ```ts
 * @Module({
 *   imports: [
 *     SessionModule.forRoot(),
 *     AccountsModule.forRoot({ registration: true, confirmation: true, recovery: true, mailer: smtpMailer('smtp://localhost:1025') }),
 *   ],
 * })
 * export class AppModule {}
 * ```
 *
 * @publicApi
 */
@Global()
@Module({})
export class AccountsModule {
  /** @throws SessionConfigError while the application starts, naming every invalid setting */
  static forRoot({ routes, prefix, ...options }: AccountsModuleOptions & AccountsRoutes = {}): DynamicModule {
    const handedIn: Provider = { provide: ACCOUNTS_OPTIONS, useValue: new HandedIn(options) };
    return moduleOf({ routes, prefix }, handedIn);
  }

  /** As {@link forRoot}, with options from a factory. */
  static forRootAsync({ imports, inject, useFactory, ...routes }: AccountsModuleAsyncOptions): DynamicModule {
    const handedIn: Provider = {
      provide: ACCOUNTS_OPTIONS,
      inject: [...(inject ?? [])],
      useFactory: async (...needed: unknown[]) => new HandedIn(await useFactory(...needed)),
    };
    return moduleOf(routes, handedIn, imports);
  }
}

function moduleOf(
  { routes, prefix = process.env['SECURITY_URL_PREFIX'] }: AccountsRoutes,
  handedIn: Provider,
  imports: ModuleMetadata['imports'] = [],
): DynamicModule {
  const path = prefixOf(prefix);
  const features = routes === false ? [] : (Object.keys(controllers) as AccountsFeature[]);
  return {
    module: AccountsModule,
    imports: [SessionSettingsModule.find(), ...imports],
    controllers: features
      .filter((feature) => routes === undefined || routes === false || routes[feature] !== false)
      .flatMap((feature) => controllers[feature])
      .map((controller) => controllerAt(path, controller)),
    providers: [handedIn, configProvider(path), ...providers],
    exports: [
      AccessTokens,
      AccountAdministration,
      AccountDeletionService,
      AccountRepository,
      AccountsService,
      ApiKeyService,
      AuditService,
      ImpersonationService,
      MailLoginService,
      PasskeyService,
      PasswordLoginService,
      PasswordService,
      SecondFactorService,
      TokenService,
    ],
  };
}

function configProvider(prefix: string): Provider {
  return {
    provide: AccountsConfig,
    inject: [ACCOUNTS_OPTIONS, SESSION_SETTINGS, SessionRuntime, CsrfConfig, AuthConfig],
    useFactory: (
      handedIn: HandedIn,
      settings: OptionValues,
      runtime: SessionRuntime,
      csrf: CsrfConfig,
      { surroundings: { timeouts } }: AuthConfig,
    ) => {
      for (const warning of accountKeysNotRead(process.env)) logger.warn(warning);
      const environment = environmentOf(process.env['NODE_ENV']);
      const { options, warnings } = readAccountsConfig(
        handedIn.options,
        settings,
        environment,
        runtime.options.publicUrl,
      );
      for (const warning of [...warnings, ...trustWarnings(options.trustedDevices, timeouts)]) logger.warn(warning);
      if (options.publicUrl !== null) csrf.trust(options.publicUrl.origin);
      return new AccountsConfig(options, prefix, mayTrustDevices(timeouts));
    },
  };
}

/** The same controller at a path of this application: several in one process may have others. No version is needed to reach it. */
function controllerAt(path: string, base: Type): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  class Routes extends base {}
  Object.defineProperty(Routes, 'name', { value: base.name });
  return Routes;
}

/** @throws SessionConfigError for a path that browsers and servers may read in different ways */
function prefixOf(given: string | undefined): string {
  const path = (given ?? '').trim() === '' ? '/auth' : String(given).trim().replace(/\/+$/, '');
  const prefix = path.startsWith('/') || path === '' ? path : `/${path}`;
  if (isPlainPath(prefix)) return prefix;
  throw new SessionConfigError([
    { setting: 'SECURITY_URL_PREFIX (prefix)', problem: 'expected a path of plain segments, such as /auth' },
  ]);
}

/** Proofs in the store of the sessions, or in that of `proofs.store`. */
function proofsOf(kind: typeof Proofs): Provider {
  return {
    provide: kind,
    inject: [AccountsConfig, AuthConfig, SESSION_STORE, KeyRing, SessionRuntime],
    useFactory: (
      { options }: AccountsConfig,
      { surroundings: { keyPrefix } }: AuthConfig,
      store: SessionStore,
      keys: KeyRing,
      runtime: SessionRuntime,
    ) => new kind({ keyPrefix }, store, keys, runtime, options.proofs.store),
  };
}
