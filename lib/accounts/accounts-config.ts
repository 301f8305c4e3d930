import { NotFoundException } from '@nestjs/common';
import type { AccountsOptions } from './accounts.options.js';

/** The features whose routes can be turned off. @publicApi */
export type AccountsFeature =
  | 'login'
  | 'mailLogin'
  | 'emailChange'
  | 'usernameChange'
  | 'notMe'
  | 'registration'
  | 'confirmation'
  | 'recovery'
  | 'verify'
  | 'passwordChange'
  | 'passkeys'
  | 'sessions'
  | 'account'
  | 'deletion'
  | 'secondFactor'
  | 'factors'
  | 'totp'
  | 'sms'
  | 'recoveryCodes'
  | 'apiKeys'
  | 'oauth'
  | 'admin'
  | 'impersonation'
  | 'tokens'
  | 'invitations';

export const accountsFeatures: readonly AccountsFeature[] = [
  'login',
  'mailLogin',
  'emailChange',
  'usernameChange',
  'notMe',
  'registration',
  'confirmation',
  'recovery',
  'verify',
  'passwordChange',
  'passkeys',
  'sessions',
  'account',
  'deletion',
  'secondFactor',
  'factors',
  'totp',
  'sms',
  'recoveryCodes',
  'apiKeys',
  'oauth',
  'admin',
  'impersonation',
  'tokens',
  'invitations',
];

/** The settings of accounts, as a provider. */
export class AccountsConfig {
  constructor(
    readonly options: AccountsOptions,
    /** The path of the routes below the application's global prefix, such as `/auth`. */
    readonly prefix: string,
    /** Whether devices may be trusted at all. */
    private readonly mayTrustDevices: boolean,
  ) {}

  /** @throws NotFoundException as the routes of a feature that is off */
  assertHas(feature: AccountsFeature): void {
    if (!this.has(feature)) throw new NotFoundException();
  }

  /** Whether a feature is on. */
  has(feature: AccountsFeature): boolean {
    const { mailLogin, emailChange, usernames, usernameChange } = this.options;
    const { registration, confirmation, recovery, passwordChange, deletion } = this.options;
    const { passkeys, totp, sms, recoveryCodes, mailAsSecondFactor } = this.options;
    switch (feature) {
      case 'login':
      case 'verify':
      case 'notMe':
      case 'sessions':
      case 'account':
        return true;
      case 'mailLogin':
        return mailLogin.enabled;
      case 'emailChange':
        return emailChange.enabled;
      case 'usernameChange':
        return usernames.enabled && usernameChange;
      case 'registration':
        return registration.enabled;
      case 'confirmation':
        return confirmation.enabled;
      case 'recovery':
        return recovery.enabled;
      case 'passwordChange':
        return passwordChange;
      case 'passkeys':
        return passkeys.enabled;
      case 'deletion':
        return deletion.enabled;
      case 'secondFactor':
        return totp.enabled || sms.enabled || passkeys.enabled || mailAsSecondFactor !== false;
      case 'factors':
        return totp.enabled || sms.enabled || recoveryCodes.enabled;
      case 'totp':
        return totp.enabled;
      case 'sms':
        return sms.enabled;
      case 'recoveryCodes':
        return recoveryCodes.enabled;
      case 'apiKeys':
        return this.options.apiKeys.enabled;
      case 'oauth':
        return Object.keys(this.options.oauth.providers).length > 0;
      case 'invitations':
        return this.options.invitations.enabled;
      case 'admin':
        return this.options.admin.role !== null || this.options.admin.permission !== null;
      case 'impersonation':
        return this.options.impersonation.enabled;
      case 'tokens':
        return this.options.tokens.enabled;
    }
  }

  /** Whether accounts can have trusted devices. */
  get trustsDevices(): boolean {
    return this.options.trustedDevices.enabled && this.mayTrustDevices && this.has('secondFactor');
  }

  /** The features that are on, for a client that shows what there is. */
  get features(): Readonly<
    Record<
      | Exclude<AccountsFeature, 'login' | 'account' | 'secondFactor' | 'notMe' | 'admin' | 'invitations'>
      | 'passkeyLogin'
      | 'trustedDevices'
      | 'usernames',
      boolean
    >
  > {
    return {
      mailLogin: this.has('mailLogin'),
      emailChange: this.has('emailChange'),
      usernameChange: this.has('usernameChange'),
      registration: this.has('registration'),
      confirmation: this.has('confirmation'),
      recovery: this.has('recovery'),
      verify: true,
      passwordChange: this.has('passwordChange'),
      passkeys: this.has('passkeys'),
      passkeyLogin: this.has('passkeys') && this.options.passkeys.firstFactor,
      sessions: true,
      deletion: this.has('deletion'),
      factors: this.has('factors'),
      totp: this.has('totp'),
      sms: this.has('sms'),
      recoveryCodes: this.has('recoveryCodes'),
      trustedDevices: this.trustsDevices,
      apiKeys: this.has('apiKeys'),
      oauth: this.has('oauth'),
      impersonation: this.has('impersonation'),
      tokens: this.has('tokens'),
      usernames: this.options.usernames.enabled,
    };
  }
}
