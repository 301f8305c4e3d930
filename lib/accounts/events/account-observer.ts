/** An event of an account. */
interface AccountEvent {
  /** The account's id. */
  readonly userId: string;
  /** The client's network address. Empty if unknown, or if there was no request. */
  readonly address: string;
}

interface ConfirmationRequestedEvent {
  /** The account's id; `null`: a registration that has no account yet. */
  readonly userId: string | null;
  /** The client's network address. Empty if unknown. */
  readonly address: string;
}

interface FactorEvent extends AccountEvent {
  /** What kind of factor it is, such as `totp`, `passkey`, `recovery-code`, `code` or `oauth`. */
  readonly method: string;
}

interface FactorChangedEvent extends FactorEvent {
  /** What happened to it. `replaced`: by others, such as new recovery codes. */
  readonly change: 'added' | 'removed' | 'renamed' | 'replaced' | 'restored';
}

interface RecoveryCodeUsedEvent extends AccountEvent {
  /** How many recovery codes are left. */
  readonly left: number;
}

interface SendingLimitedEvent {
  /** What has reached its limit, such as `sms`. */
  readonly kind: string;
  /** The maximum number an hour. */
  readonly limit: number;
}

/** Why a device is no longer trusted. */
export type EndOfTrust =
  /** The user ended it, in the list of devices. */
  | 'revoked'
  /** All logins of the account ended, for example with a new password. */
  | 'changed'
  /** The account had the maximum number: another device replaced it. */
  | 'displaced'
  /** Its cookie was copied: a value that had been replaced was used again, by somebody who knew the first factor. */
  | 'copied';

interface DeviceTrustEndedEvent extends AccountEvent {
  /** Why: `revoked` in the list of devices; `changed`, with all logins of the account; `displaced` by another device; `copied`, if a replaced cookie was used again. */
  readonly reason: EndOfTrust;
}

interface ApiKeyEvent extends AccountEvent {
  /** The id of the key, as in lists of keys. */
  readonly keyId: string;
}

interface ApiKeyRevokedEvent extends ApiKeyEvent {
  /** The account id of the administrator who revoked it. Missing: its owner or the application's own code did. */
  readonly by?: string;
}

interface PasswordChangedEvent extends AccountEvent {
  /** The account id of the administrator who set it; `null`: the application's own code did. Missing: its owner did. */
  readonly by?: string | null;
}

/** An event of an account that somebody else caused. */
interface AdministrationEvent extends AccountEvent {
  /** The account id of the administrator; `null`: the application's own code, or the command. */
  readonly by: string | null;
}

interface SecondFactorRequirementEvent extends AdministrationEvent {
  /** Whether the account now needs a second factor. */
  readonly required: boolean;
}

interface RolesChangedEvent extends AdministrationEvent {
  /** The roles that were granted. */
  readonly added: readonly string[];
  /** The roles that were revoked. */
  readonly removed: readonly string[];
}

interface OAuthFailedEvent {
  /** The name of the provider in the settings. */
  readonly provider: string;
  /** The code of the error, such as `OAUTH_DENIED`. */
  readonly reason: string;
  /** The client's network address. Empty if unknown. */
  readonly address: string;
}

interface ImpersonationStartedEvent extends AccountEvent {
  /** The account id of the administrator. */
  readonly by: string;
  /** The reason that the administrator entered; empty: none. */
  readonly reason: string;
  /** When it ends by itself, in ms since the epoch. */
  readonly until: number;
}

interface ImpersonationEndedEvent extends AccountEvent {
  /** The account id of the administrator. */
  readonly by: string;
  /**
   * Why: `ended` by the administrator; `logout`; `expired`; `revoked` by the user, or with all sessions of the user; `session`, if the
   * administrator's own login ended; `role`, if the administrator no longer had the role.
   */
  readonly reason: 'ended' | 'logout' | 'expired' | 'revoked' | 'session' | 'role';
}

/** Why a token login ended. */
export type EndOfTokens =
  /** Its client or its user ended it. */
  | 'revoked'
  /** The session that it was created from ended. */
  | 'session'
  /** All logins of the account ended, for example with a new password. */
  | 'changed'
  /** The gate rejected it: nobody may log in to the account at the moment. */
  | 'refused'
  /** The account had the maximum number: another login replaced it. */
  | 'displaced'
  /** A replaced refresh token was used again: somebody has a copy. */
  | 'copied';

interface TokensEndedEvent extends AccountEvent {
  /** Why: `revoked` by its client or in the list of devices; `session`, with the session it was created from; `changed`, with all logins of the account; `refused` by the gate; `displaced` by another login; `copied`, if a replaced refresh token was used again. */
  readonly reason: EndOfTokens;
}

interface InvitationEvent {
  /** The account id of the administrator. */
  readonly by: string;
  /** The client's network address. Empty if unknown, or if there was no request. */
  readonly address: string;
  /** The id of the invitation, as in the list of invitations. */
  readonly invitationId: string;
}

interface InvitationAcceptedEvent extends InvitationEvent {
  /** The id of the new account. */
  readonly userId: string;
}

interface OAuthTokensRefusedEvent extends AccountEvent {
  /** The name of the provider in the settings. */
  readonly provider: string;
}

interface DeletionRequestedEvent extends AccountEvent {
  /** When the account will be deleted, in ms since the epoch. */
  readonly deleteAt: number;
}

interface NotMeEvent extends AccountEvent {
  /** Whether everything was restored. False: the account stays closed until its owner proves another factor, or an administrator helps. */
  readonly restored: boolean;
  /** Whether nobody can log in until an administrator helps, since a new password is required and recovery is off. */
  readonly locked: boolean;
}

interface PasskeyBackedUpEvent extends AccountEvent {
  /** Whether it is now backed up, for example by a password manager: whoever has access to that has the passkey, too. */
  readonly isBackedUp: boolean;
}

/**
 * The events of accounts, which importing `nestjs-session-auth/accounts` adds to `SessionObserver`. None contains a token, a code, a
 * password, an email address or a username.
 *
 * @publicApi
 */
export interface AccountObserver {
  /** A registration created an account: at once, or when its address was confirmed. */
  registered?(event: AccountEvent): unknown;
  /** Somebody registered with the address of an existing account. Its owner got an email. */
  registeredAgain?(event: AccountEvent): unknown;
  /** An email to confirm an address was requested, by a registration or for an existing account. */
  confirmationRequested?(event: ConfirmationRequestedEvent): unknown;
  /** The address of an account was confirmed. If that created the account, `registered` is emitted first. */
  emailConfirmed?(event: AccountEvent): unknown;
  /** An email to log in was requested. */
  mailLoginRequested?(event: AccountEvent): unknown;
  /** An email to reset a password was requested. */
  resetRequested?(event: AccountEvent): unknown;
  /** A password was reset with the link in an email. */
  passwordReset?(event: AccountEvent): unknown;
  /** A password was changed by its user, or set by an administrator; or removed, since it was set before anybody had confirmed the address. */
  passwordChanged?(event: PasswordChangedEvent): unknown;
  /** A username was changed. */
  usernameChanged?(event: AccountEvent): unknown;
  /** A change of address was requested: the new address got a link, the current one a notice. */
  emailChangeRequested?(event: AccountEvent): unknown;
  /** An address was changed, after the new one was confirmed. */
  emailChanged?(event: AccountEvent): unknown;
  /** A change of address was undone, with the link sent to the former address. */
  emailChangeUndone?(event: AccountEvent): unknown;
  /** A factor was added, removed, renamed, replaced or restored. */
  factorChanged?(event: FactorChangedEvent): unknown;
  /** A second factor was proved, at a login or a re-authentication. */
  factorProved?(event: FactorEvent): unknown;
  /** An attempt to prove a second factor failed. */
  factorFailed?(event: FactorEvent): unknown;
  /** A passkey was rejected, since its signature counter did not increase: it has been cloned. */
  passkeyCloned?(event: AccountEvent): unknown;
  /** The backup state of a passkey has changed since it was last used. */
  passkeyBackedUp?(event: PasskeyBackedUpEvent): unknown;
  /** A code was sent, for example by SMS. */
  codeSent?(event: FactorEvent): unknown;
  /** A recovery code was used. */
  recoveryCodeUsed?(event: RecoveryCodeUsedEvent): unknown;
  /** An API key was created. */
  apiKeyCreated?(event: ApiKeyEvent): unknown;
  /** An API key was revoked. */
  apiKeyRevoked?(event: ApiKeyRevokedEvent): unknown;
  /** A sign-in with another provider failed, or the linking of an account or a re-authentication there. */
  oauthFailed?(event: OAuthFailedEvent): unknown;
  /** A token login: an access token and a refresh token were issued. */
  tokensIssued?(event: AccountEvent): unknown;
  /** A token login ended. Not emitted if it only expired. */
  tokensEnded?(event: TokensEndedEvent): unknown;
  /** A provider no longer renews the tokens of a login, for example after a revocation there. The login ends. */
  oauthTokensRefused?(event: OAuthTokensRefusedEvent): unknown;
  /** The hourly limit of messages was reached: no more are sent. */
  sendingLimited?(event: SendingLimitedEvent): unknown;
  /** A user chose to trust a browser, which is no longer asked for a second factor. */
  deviceTrusted?(event: AccountEvent): unknown;
  /** A browser is no longer trusted. Not emitted if the trust only expired. */
  deviceTrustEnded?(event: DeviceTrustEndedEvent): unknown;
  /** A login with a device that had not been used for this account before. */
  newDevice?(event: AccountEvent): unknown;
  /** The owner of an account reported a change that they did not make, with the link in an email. */
  notMe?(event: NotMeEvent): unknown;
  /** An administrator reset the access to an account: its sessions ended, its password became invalid, and its second factors were removed unless they were kept. */
  accessReset?(event: AdministrationEvent): unknown;
  /** An administrator created an account, or `AccountAdministration` in code. */
  accountCreated?(event: AdministrationEvent): unknown;
  /** An account was disabled: its sessions ended, and nobody can log in to it. */
  accountDisabled?(event: AdministrationEvent): unknown;
  /** A disabled account was enabled again. */
  accountEnabled?(event: AdministrationEvent): unknown;
  /** An administrator ended the sessions, remembered logins and trusted devices of an account. */
  sessionsEnded?(event: AdministrationEvent): unknown;
  /** An administrator required a new password of an account. */
  resetForced?(event: AdministrationEvent): unknown;
  /** An administrator required a second factor of an account, or no longer requires it. */
  secondFactorRequired?(event: SecondFactorRequirementEvent): unknown;
  /** An administrator changed the roles of an account. */
  rolesChanged?(event: RolesChangedEvent): unknown;
  /** An administrator started to impersonate the user. */
  impersonationStarted?(event: ImpersonationStartedEvent): unknown;
  /** An impersonation ended. */
  impersonationEnded?(event: ImpersonationEndedEvent): unknown;
  /** An administrator sent an invitation, for the first time or again. */
  invited?(event: InvitationEvent): unknown;
  /** An invitation was withdrawn. */
  invitationWithdrawn?(event: InvitationEvent): unknown;
  /** An invitation was accepted. `registered` is emitted first. */
  invitationAccepted?(event: InvitationAcceptedEvent): unknown;
  /** The deletion of an account was requested: nobody can log in to it from now on. */
  deletionRequested?(event: DeletionRequestedEvent): unknown;
  /** The deletion of an account was undone. */
  deletionUndone?(event: AccountEvent): unknown;
  /** An account was deleted. */
  accountDeleted?(event: AccountEvent): unknown;
  /** A user downloaded the data of their account. */
  accountExported?(event: AccountEvent): unknown;
}

declare module 'nestjs-session-auth' {
  interface SessionObserver extends AccountObserver {}
}

/** The name of an event of accounts. @publicApi */
export type AccountEventName = keyof AccountObserver;

const names: Readonly<Record<AccountEventName, true>> = {
  registered: true,
  registeredAgain: true,
  confirmationRequested: true,
  emailConfirmed: true,
  mailLoginRequested: true,
  resetRequested: true,
  passwordReset: true,
  passwordChanged: true,
  usernameChanged: true,
  emailChangeRequested: true,
  emailChanged: true,
  emailChangeUndone: true,
  factorChanged: true,
  factorProved: true,
  factorFailed: true,
  passkeyCloned: true,
  passkeyBackedUp: true,
  codeSent: true,
  recoveryCodeUsed: true,
  apiKeyCreated: true,
  apiKeyRevoked: true,
  oauthFailed: true,
  tokensIssued: true,
  tokensEnded: true,
  oauthTokensRefused: true,
  sendingLimited: true,
  deviceTrusted: true,
  deviceTrustEnded: true,
  newDevice: true,
  notMe: true,
  accessReset: true,
  accountCreated: true,
  accountDisabled: true,
  accountEnabled: true,
  sessionsEnded: true,
  resetForced: true,
  secondFactorRequired: true,
  rolesChanged: true,
  invited: true,
  invitationWithdrawn: true,
  invitationAccepted: true,
  impersonationStarted: true,
  impersonationEnded: true,
  deletionRequested: true,
  deletionUndone: true,
  accountDeleted: true,
  accountExported: true,
};

/** The names of all events of accounts. */
export const accountEventNames = Object.keys(names) as readonly AccountEventName[];
