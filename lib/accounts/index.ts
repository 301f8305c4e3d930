export { AccountsModule, type AccountsModuleAsyncOptions, type AccountsRoutes } from './accounts.module.js';
export type { AccountsFeature } from './accounts-config.js';
export type { AccountsModuleOptions } from './accounts-module-options.js';
export { AccountsService, type AccessToReset, type AccountToCreate, type Entered } from './accounts.service.js';
export { AccountAdministration, type AccountSearch } from './admin/account-administration.js';
export type {
  AccountDetails,
  AccountStatus,
  AccountSummary,
  AdministeredFactor,
  AdministrationShown,
  FoundAccounts,
  ShownRole,
} from './admin/administered-account.js';
export type { ByAdministrator } from './admin/by-administrator.js';
export { adoptAccounts, type AdoptionOptions } from './adoption/adopt-accounts.js';
export { AdoptionError } from './adoption/adoption-error.js';
export type { AdoptionGroup, AdoptionProgress, AdoptionReport } from './adoption/adoption-report.js';
export type { ReadUser } from './adoption/adoption-run.js';
export type { AdoptionNote, AdoptionRefusal } from './adoption/foreign-user.js';
export type { AdoptionSecrets, ForeignColumnName, ForeignColumns } from './adoption/formats/foreign-format.js';
export type { ForeignFormat } from './adoption/formats/index.js';
export type { Invitation, InvitationToSend, InvitedBy } from './invitations/invitation.js';
export type { ApiKey } from './api-keys/listed-api-key.js';
export { AccessToken } from './oauth/access/access-token.decorator.js';
export { AccessTokenException, type AccessTokenProblem } from './oauth/access/access-token.exception.js';
export {
  AccessTokens,
  type AccessTokenOptions,
  type AccessTokenRequest,
} from './oauth/access/access-tokens.service.js';
export type { OAuthLink } from './oauth/oauth-identities.js';
export type { OAuthSignUp, OAuthSignUpHook } from './oauth/oauth.options.js';
export type { ProviderApi } from './oauth/provider-api.js';
export type {
  OAuthEndpoints,
  OAuthProfile,
  OAuthProfileFacts,
  OAuthProviderOption,
  OAuthProviderSettings,
} from './oauth/provider-settings.js';
export { AuditLog, type AuditRowQuery } from './audit/audit-log.js';
export type { AuditActor, AuditEntry, AuditRow } from './audit/audit-row.js';
export type { AuditProblem, AuditVerification } from './audit/audit-verification.js';
export { AuditService, type AuditedEvent, type AuditSearch } from './audit/audit.service.js';
export { MemoryAuditLog } from './audit/memory-audit-log.js';
export { createAuditTable, type AuditTableOptions } from './audit/kysely/audit-table.js';
export { KyselyAuditLog, type KyselyAuditLogOptions } from './audit/kysely/kysely-audit-log.js';
export { ApiKeyService, type ApiKeyToCreate, type CreatedApiKey } from './api-keys/api-key.service.js';
export { Scopes } from './api-keys/scopes.decorator.js';
export {
  ImpersonationService,
  type BegunImpersonation,
  type ImpersonationRequest,
} from './impersonation/impersonation.service.js';
export type { Impersonation } from './impersonation/impersonation.js';
export { Impersonator, NotImpersonated } from './impersonation/impersonation.decorators.js';
export { AllowBasic, type AllowBasicOptions } from './bearer/allow-basic.decorator.js';
export type { IssuedTokens, TokenPair } from './bearer/token-logins.js';
export { TokenService, type TokenClient, type TokensToIssue } from './bearer/token.service.js';
export { SessionOnly } from './bearer/session-only.decorator.js';
export type { AccountEventName, AccountObserver } from './events/account-observer.js';
export type { AlsoRefuses, EntryHow, EntryWay } from './gate/entry.js';
export { AccountsException, type FieldErrors } from './http/accounts.exception.js';
export { AccountDeletionService } from './deletion/account-deletion.service.js';
export type { DeviceName } from './sessions/device-name.js';
export type { ListedSession } from './sessions/listed-session.js';
export { redact } from './http/redact.js';
export {
  MailLoginService,
  type MailLoginProof,
  type MailLoginRequest,
  type MailLoginResult,
} from './mail-login/mail-login.service.js';
export { consoleSmsSender } from './codes/console-sms-sender.js';
export type { Sms, SmsKind, SmsSender } from './codes/sms.js';
export { consoleMailer } from './mail/console-mailer.js';
export {
  MailRejectedError,
  type ChangedFactor,
  type MailedApiKey,
  type Mail,
  type MailData,
  type Mailer,
  type MailKind,
} from './mail/mail.js';
export type { MailQueue } from './mail/mail-queue.js';
export type { MailContent, MailContext, MailTemplate, MailTemplates } from './mail/mail-templates.js';
export { smtpMailer } from './mail/smtp-mailer.js';
export type { MessageKey, Messages } from './messages/english.js';
export type { MessageValues, Texts, Translate } from './messages/messages.js';
export { Html, html, type HtmlPart } from './pages/html.js';
export type { PageNonces } from './pages/nonces.js';
export type { ListedFactor, OwnedFactor, OwnedRecoveryCodes } from './factors/owned-factors.js';
export type { Arrived, SecondFactorOwed } from './login/arrival.js';
export { PasswordLoginService, type PasswordLogin } from './login/password-login.service.js';
export { PasskeyService, type PasskeyResponse } from './passkeys/passkey.service.js';
export type { BegunCeremony } from './passkeys/passkey-check.js';
export type { RegisteredPasskey } from './passkeys/passkey-registration.service.js';
export type { DeletedPasskey } from './passkeys/passkeys.service.js';
export {
  SecondFactorService,
  type CodeRequest,
  type EnterOptions,
  type FactorProof,
} from './second-factor/second-factor.service.js';
export type { EnabledFactor } from './factors/factor-changes.js';
export type { TotpSetUp } from './totp/totp.service.js';
export type { Passkey } from './passkeys/passkey.js';
export type { PasskeySignal, ShownPasskeys } from './passkeys/shown-passkeys.js';
export type {
  ApiKeysShown,
  OAuthShown,
  PageContent,
  FactorsShown,
  PageContext,
  PageLayout,
  PageName,
  PageTemplate,
  PageTemplates,
} from './pages/page.js';
export type { FieldCheck, RegistrationRequest } from './registration/registration.options.js';

export {
  AccountLockedOutError,
  AccountTakenError,
  AccountsBusyError,
  AccountsUnavailableError,
  AccountValueError,
  AdministrationRefusedError,
  type AdministrationRefusal,
  PasswordUnusableError,
} from './errors.js';
export { PasswordService } from './passwords/password.service.js';
export {
  accountOf,
  changedAccount,
  createdAccount,
  newAccountId,
  storedAccount,
  type Account,
  type AccountChanges,
  type AccountFacts,
  type AccountState,
  type NewAccount,
  type StoredAccount,
  type TrackedLogin,
} from './repository/account.js';
export {
  AccountRepository,
  type AccountPage,
  type AccountQuery,
  type AddCredentialResult,
  type CreateAccountResult,
  type OwnedCredential,
  type ReplaceCredentialsResult,
  type TakenAccountKey,
  type UpdateAccountResult,
  type UpdateCredentialResult,
} from './repository/account-repository.js';
export { checkAccount, checkCredential, checkLogin } from './repository/check-values.js';
export { createdCredential, type Credential, type NewCredential } from './repository/credential.js';
export type { JsonObject, JsonValue } from './repository/json.js';
export {
  accountValues,
  canBeStored,
  credentialValues,
  storedCredential,
  takenKey,
  updatedAccount,
  type AccountValues,
  type CredentialValues,
} from './repository/stored-values.js';
export { isUniqueViolation } from './repository/unique-violation.js';
export {
  MemoryAccountRepository,
  type MemoryAccountRepositoryOptions,
} from './repository/memory-account-repository.js';
export {
  normalEmail,
  normalUsername,
  type NormalEmail,
  type NormalUsername,
  type UsernameLength,
} from './repository/normal-form.js';
export { createAccountTables, type AccountTablesOptions } from './repository/kysely/account-tables.js';
export {
  KyselyAccountRepository,
  type KyselyAccountRepositoryOptions,
} from './repository/kysely/kysely-account-repository.js';
export { pwnedPasswords, type PasswordRanges, type PwnedPasswordsOptions } from './passwords/password-ranges.js';
export type { PasswordPepper } from './passwords/argon2-hash.js';
export type { PasswordProblem } from './passwords/password-policy.js';
