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
  /** What has become of it. `replaced`: others took its place, such as new recovery codes. */
  readonly change: 'added' | 'removed' | 'renamed' | 'replaced' | 'restored';
}

interface RecoveryCodeUsedEvent extends AccountEvent {
  /** How many recovery codes are left. */
  readonly left: number;
}

interface SendingLimitedEvent {
  /** What reached its limit, such as `sms`. */
  readonly kind: string;
  /** How many may be sent in an hour. */
  readonly limit: number;
}

/** Why a device is not trusted any more. */
export type EndOfTrust =
  /** The owner of the account has ended it, in the list of devices. */
  | 'revoked'
  /** All logins of the account have ended, such as with a new password. */
  | 'changed'
  /** There were too many: others are trusted in its place. */
  | 'displaced'
  /** Its cookie has been copied: one was shown again that had been replaced. Who showed it knew the first factor. */
  | 'copied';

interface DeviceTrustEndedEvent extends AccountEvent {
  /** Why: `revoked` in the list of devices; `changed` with all logins of the account; `displaced` by others; `copied`, when a cookie was used again that had been replaced. */
  readonly reason: EndOfTrust;
}

interface ApiKeyEvent extends AccountEvent {
  /** The id of the key, by which it is listed and revoked. */
  readonly keyId: string;
}

interface ApiKeyRevokedEvent extends ApiKeyEvent {
  /** The id of the account of the administrator who has revoked it; missing: none, but its owner or the application's own code. */
  readonly by?: string;
}

interface PasswordChangedEvent extends AccountEvent {
  /** The id of the account of the administrator who has set it, or `null` for the application's own code; missing: its owner has. */
  readonly by?: string | null;
}

/** An event of an account that somebody else has caused. */
interface AdministrationEvent extends AccountEvent {
  /** The id of the administrator's account; `null`: the application's own code, or the command. */
  readonly by: string | null;
}

interface SecondFactorRequirementEvent extends AdministrationEvent {
  /** Whether the account needs a second factor from now on. */
  readonly required: boolean;
}

interface RolesChangedEvent extends AdministrationEvent {
  /** The roles that it has got. */
  readonly added: readonly string[];
  /** The roles that it has lost. */
  readonly removed: readonly string[];
}

interface OAuthFailedEvent {
  /** The name of the provider in the settings. */
  readonly provider: string;
  /** The code of the answer, such as `OAUTH_DENIED`. */
  readonly reason: string;
  /** The client's network address. Empty if unknown. */
  readonly address: string;
}

interface ImpersonationStartedEvent extends AccountEvent {
  /** The id of the administrator's account. */
  readonly by: string;
  /** Why, as the administrator has said; empty: not said. */
  readonly reason: string;
  /** When it ends by itself, in ms since the epoch. */
  readonly until: number;
}

interface ImpersonationEndedEvent extends AccountEvent {
  /** The id of the administrator's account. */
  readonly by: string;
  /**
   * Why: `ended` by the administrator; `logout`; `expired`; `revoked` by the owner of the account, or with all their sessions; `session`, when
   * the administrator's own login was over; `role`, when the administrator did not have the role any more.
   */
  readonly reason: 'ended' | 'logout' | 'expired' | 'revoked' | 'session' | 'role';
}

/** Why a login in tokens has ended. */
export type EndOfTokens =
  /** Its client or its owner has ended it. */
  | 'revoked'
  /** The session has ended that it was made from. */
  | 'session'
  /** All logins of the account have ended, such as with a new password. */
  | 'changed'
  /** The account lets nobody in at the moment. */
  | 'refused'
  /** There were too many: others took its place. */
  | 'displaced'
  /** A refresh token was used that had been replaced: somebody has a copy. */
  | 'copied';

interface TokensEndedEvent extends AccountEvent {
  /** Why: `revoked` by its client or in the list of devices; `session`, with the session it was made from; `changed` with all logins of the account; `refused` by the gate; `displaced` by others; `copied`, when a refresh token was used again that had been replaced. */
  readonly reason: EndOfTokens;
}

interface InvitationEvent {
  /** The id of the administrator's account. */
  readonly by: string;
  /** The client's network address. Empty if unknown, or if there was no request. */
  readonly address: string;
  /** The id of the invitation, by which it is listed and withdrawn. */
  readonly invitationId: string;
}

interface InvitationAcceptedEvent extends InvitationEvent {
  /** The id of the account that it has made. */
  readonly userId: string;
}

interface OAuthTokensRefusedEvent extends AccountEvent {
  /** The name of the provider in the settings. */
  readonly provider: string;
}

interface DeletionRequestedEvent extends AccountEvent {
  /** When the account is deleted, in ms since the epoch. */
  readonly deleteAt: number;
}

interface NotMeEvent extends AccountEvent {
  /** Whether everything was restored; false: the account stays closed until its owner proves more, or an administrator helps. */
  readonly restored: boolean;
  /** Whether nobody can log in until an administrator helps, since a new password is owed and recovery is off. */
  readonly locked: boolean;
}

interface PasskeyBackedUpEvent extends AccountEvent {
  /** Whether it has been copied, such as by a password manager: whoever gets into that has it, too. */
  readonly isBackedUp: boolean;
}

/**
 * The events of accounts, which `SessionObserver` has beside its own once accounts are imported. None contains a token, a code, a
 * password, an address for mail or a username.
 *
 * @publicApi
 */
export interface AccountObserver {
  /** An account was created by a registration: at once, or when its address was confirmed. */
  registered?(event: AccountEvent): unknown;
  /** Somebody has registered with the address of this account, which exists already. Its owner got a mail. */
  registeredAgain?(event: AccountEvent): unknown;
  /** A mail with a link that confirms an address was requested: by a registration, or for an account that exists. */
  confirmationRequested?(event: ConfirmationRequestedEvent): unknown;
  /** The address of an account was confirmed. `registered` is emitted first, if that made the account. */
  emailConfirmed?(event: AccountEvent): unknown;
  /** A mail that logs in was requested. */
  mailLoginRequested?(event: AccountEvent): unknown;
  /** A mail for a new password was requested. */
  resetRequested?(event: AccountEvent): unknown;
  /** A new password was set by the link of a mail. */
  passwordReset?(event: AccountEvent): unknown;
  /** The password was changed by who was logged in, or set by an administrator; or taken away, since it was set before anybody had proved the address. */
  passwordChanged?(event: PasswordChangedEvent): unknown;
  /** The username was changed. */
  usernameChanged?(event: AccountEvent): unknown;
  /** A change of the address was requested: the new one got a link, the present one a notice. */
  emailChangeRequested?(event: AccountEvent): unknown;
  /** The address was changed, once the new one was confirmed. */
  emailChanged?(event: AccountEvent): unknown;
  /** A change of the address was undone from the former one. */
  emailChangeUndone?(event: AccountEvent): unknown;
  /** A factor was added, removed, renamed or replaced. */
  factorChanged?(event: FactorChangedEvent): unknown;
  /** A second factor was proved, at a login or for a confirmation. */
  factorProved?(event: FactorEvent): unknown;
  /** What should have proved a second factor was wrong. */
  factorFailed?(event: FactorEvent): unknown;
  /** A passkey was refused: it counts its uses, and another one with the same key has counted further, so one of them is a copy. */
  passkeyCloned?(event: AccountEvent): unknown;
  /** A passkey was used that has been copied to other devices since it was used before; or it is not any more. */
  passkeyBackedUp?(event: PasskeyBackedUpEvent): unknown;
  /** A code was sent, such as by SMS. */
  codeSent?(event: FactorEvent): unknown;
  /** A recovery code was used up. */
  recoveryCodeUsed?(event: RecoveryCodeUsedEvent): unknown;
  /** An API key was created. */
  apiKeyCreated?(event: ApiKeyEvent): unknown;
  /** An API key was revoked. */
  apiKeyRevoked?(event: ApiKeyRevokedEvent): unknown;
  /** Somebody has come back from another provider, and was not let in, or nothing was linked or confirmed. */
  oauthFailed?(event: OAuthFailedEvent): unknown;
  /** Somebody has logged in and got an access and a refresh token. */
  tokensIssued?(event: AccountEvent): unknown;
  /** A login in tokens has ended. What has only expired is not told. */
  tokensEnded?(event: TokensEndedEvent): unknown;
  /** A provider does not renew the tokens of a login any more, such as after a revocation there. The login ends by that. */
  oauthTokensRefused?(event: OAuthTokensRefusedEvent): unknown;
  /** So many messages were sent in an hour that no more are. */
  sendingLimited?(event: SendingLimitedEvent): unknown;
  /** A browser was told to be trusted, and is not asked for a second factor. */
  deviceTrusted?(event: AccountEvent): unknown;
  /** A browser is not trusted any more. What has only expired is not told. */
  deviceTrustEnded?(event: DeviceTrustEndedEvent): unknown;
  /** Somebody has logged in with a device from which this account was not used before. */
  newDevice?(event: AccountEvent): unknown;
  /** The owner of an account has reported a change that was not theirs, by the link of a mail. */
  notMe?(event: NotMeEvent): unknown;
  /** An administrator has given the account back to its owner: its sessions ended, and its password or factors with them. */
  accessReset?(event: AdministrationEvent): unknown;
  /** An account was created by an administrator, or by `AccountAdministration` in code. */
  accountCreated?(event: AdministrationEvent): unknown;
  /** An account was disabled: its sessions have ended, and nobody can log in to it. */
  accountDisabled?(event: AdministrationEvent): unknown;
  /** An account that was disabled can be used again. */
  accountEnabled?(event: AdministrationEvent): unknown;
  /** An administrator has ended the sessions, remembered logins and trusted devices of an account. */
  sessionsEnded?(event: AdministrationEvent): unknown;
  /** An administrator has forced the owner of an account to set a new password. */
  resetForced?(event: AdministrationEvent): unknown;
  /** An administrator requires a second factor of an account, or does so no longer. */
  secondFactorRequired?(event: SecondFactorRequirementEvent): unknown;
  /** An administrator has changed the roles of an account. */
  rolesChanged?(event: RolesChangedEvent): unknown;
  /** An administrator has taken the place of the account's owner. */
  impersonationStarted?(event: ImpersonationStartedEvent): unknown;
  /** An administrator has left the place of the account's owner. */
  impersonationEnded?(event: ImpersonationEndedEvent): unknown;
  /** An administrator has invited somebody, or sent an invitation once more. */
  invited?(event: InvitationEvent): unknown;
  /** An invitation was withdrawn. */
  invitationWithdrawn?(event: InvitationEvent): unknown;
  /** Somebody has accepted an invitation: `registered` is emitted first. */
  invitationAccepted?(event: InvitationAcceptedEvent): unknown;
  /** The deletion of an account was requested: nobody can log in to it any more. */
  deletionRequested?(event: DeletionRequestedEvent): unknown;
  /** The deletion of an account was undone. */
  deletionUndone?(event: AccountEvent): unknown;
  /** An account was deleted. */
  accountDeleted?(event: AccountEvent): unknown;
  /** Somebody who was logged in took what is kept of the account. */
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
