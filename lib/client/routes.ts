// Made by `npm run docs` from the declarations in lib/accounts/**/*.api.ts. Change those, and run it again.

/** An account, as in responses. If the application sets `payload`, it is what that returns. @publicApi */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly emailConfirmed: boolean;
  readonly username: string | null;
  readonly roles: string[];
}

/** The user is logged in. @publicApi */
export interface LoggedIn {
  readonly status: 'in';
  readonly user: User;
  /** Where to go now: a path of this site. */
  readonly next: string;
}

/** @publicApi */
export type FactorMethod = 'totp' | 'recovery-code' | 'code' | 'passkey';

/** The login is pending until a second factor is proved, for ten minutes. @publicApi */
export interface SecondFactorOwed {
  readonly status: 'second-factor';
  readonly methods: FactorMethod[];
}

/** The account needs a second factor and has none: the login is pending until one is set up. @publicApi */
export interface EnrollmentOwed {
  readonly status: 'enroll';
  readonly methods: FactorMethod[];
}

/** @publicApi */
export type Pending = SecondFactorOwed | EnrollmentOwed;

/** The state of a login. @publicApi */
export type Arrival = LoggedIn | Pending;

/** A factor that is now enabled. @publicApi */
export interface EnabledFactor {
  readonly status: 'enabled';
  readonly id: string;
}

/** @publicApi */
export interface AccountChanged {
  readonly status: 'changed';
  readonly user: User;
}

/** @publicApi */
export interface TrackedLogin {
  readonly at: string;
  readonly ip: string | null;
}

/** @publicApi */
export interface Overview {
  readonly features: Features;
  /** Who is logged in; null: nobody. */
  readonly user: User | null;
  /** The pending login of this session; null: none. */
  readonly pending: Pending | null;
  /** The administrator who impersonates `user`; null: nobody. */
  readonly impersonator: User | null;
  /** For the header `x-csrf-token`, if `csrf.mode` is `token` and there is a session; otherwise null. */
  readonly csrfToken: string | null;
}

/** The features that are on. @publicApi */
export interface Features {
  readonly mailLogin: boolean;
  readonly emailChange: boolean;
  readonly usernameChange: boolean;
  readonly registration: boolean;
  readonly confirmation: boolean;
  readonly recovery: boolean;
  readonly verify: boolean;
  readonly passwordChange: boolean;
  readonly passkeys: boolean;
  readonly passkeyLogin: boolean;
  readonly sessions: boolean;
  readonly deletion: boolean;
  readonly factors: boolean;
  readonly totp: boolean;
  readonly sms: boolean;
  readonly recoveryCodes: boolean;
  readonly trustedDevices: boolean;
  readonly apiKeys: boolean;
  readonly usernames: boolean;
  readonly oauth: boolean;
  readonly impersonation: boolean;
  readonly tokens: boolean;
}

/** What the browser needs to create a passkey. @publicApi */
export interface PasskeyCreation {
  /** Send it back with the credential. */
  readonly flow: string;
  /** For `PublicKeyCredential.parseCreationOptionsFromJSON()`. */
  readonly options: {
    readonly challenge: string;
    readonly rp: {
      readonly id: string;
      readonly name: string;
    };
    readonly user: {
      readonly id: string;
      readonly name: string;
      readonly displayName: string;
    };
    readonly pubKeyCredParams: {
      readonly alg: number;
      readonly type: 'public-key';
    }[];
    readonly timeout: number;
    readonly attestation: 'none';
    readonly excludeCredentials: {
      readonly id: string;
      readonly type: 'public-key';
      readonly transports?: ('ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb')[];
    }[];
    readonly authenticatorSelection: {
      readonly residentKey: 'required' | 'preferred' | 'discouraged';
      readonly requireResidentKey: boolean;
      readonly userVerification: 'required' | 'preferred' | 'discouraged';
      readonly authenticatorAttachment?: 'platform' | 'cross-platform';
    };
    readonly extensions: {
      readonly credProps: boolean;
    };
    readonly hints: ('hybrid' | 'security-key' | 'client-device')[];
  };
}

/** What the browser needs to use a passkey. @publicApi */
export interface PasskeyRequest {
  /** Send it back with the credential. */
  readonly flow: string;
  /** For `PublicKeyCredential.parseRequestOptionsFromJSON()`. */
  readonly options: {
    readonly challenge: string;
    readonly rpId: string;
    readonly timeout: number;
    readonly userVerification: 'required' | 'preferred' | 'discouraged';
    readonly allowCredentials?: {
      readonly id: string;
      readonly type: 'public-key';
      readonly transports?: ('ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb')[];
    }[];
  };
}

/** A passkey that the browser has created or used: the result of its `toJSON()`. @publicApi */
export interface Credential {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: object;
  readonly authenticatorAttachment?: string;
  readonly clientExtensionResults: object;
}

/** @publicApi */
export interface Passkey {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  /** Whether it can be copied to other devices. */
  readonly isSyncable: boolean;
  /** Whether it has been copied. */
  readonly isBackedUp: boolean;
  /** How the browser can reach it, such as `internal` or `usb`. */
  readonly transports: string[];
}

/** @publicApi */
export interface PasskeyChanged {
  readonly passkey: Passkey;
  readonly signal: PasskeySignal | null;
}

/** What to tell the browser about the passkeys, with `signalAllAcceptedCredentials()` and `signalCurrentUserDetails()`. @publicApi */
export interface PasskeySignal {
  readonly rpId: string;
  /** The user handle, in base64url. */
  readonly userId: string;
  readonly name: string;
  readonly displayName: string;
  readonly allAcceptedCredentialIds: string[];
}

/** @publicApi */
export type FactorOptions =
  | PasskeyRequest
  | {
      readonly phones: {
        readonly id: string;
        /** The end of the number. */
        readonly phone: string;
      }[];
    };

/** @publicApi */
export type Factor =
  | {
      readonly id: string;
      readonly method: 'totp' | 'code';
      readonly name: string | null;
      /** For a phone: the end of its number. */
      readonly phone?: string;
      readonly createdAt: string;
      readonly lastUsedAt: string | null;
    }
  | {
      readonly method: 'recovery-code';
      /** How many codes are left. */
      readonly left: number;
    };

/** @publicApi */
export interface TotpSetUp {
  readonly id: string;
  /** In base32. */
  readonly secret: string;
  /** The content of the QR code. */
  readonly uri: string;
  /** The QR code, as a data URI of an SVG image. */
  readonly qr: string;
}

/** @publicApi */
export interface Session {
  /** Identifies it, and gives access to nothing. */
  readonly publicId: string;
  /** `session`: the account is logged in there. `trusted-device`: no second factor is required there. */
  readonly kind: 'session' | 'trusted-device';
  readonly device: {
    readonly browser: string | null;
    readonly system: string | null;
  };
  /** The network address that last used it. */
  readonly address: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  /** Whether remember-me started it, or will continue it. */
  readonly remembered: boolean;
  /** Whether an administrator impersonates the user in it. */
  readonly impersonated: boolean;
  /** Whether it is the session of this request. */
  readonly current: boolean;
}

/** @publicApi */
export interface AccountOverview {
  readonly user: User;
  readonly createdAt: string;
  readonly passwordChangedAt: string | null;
  readonly loginCount: number;
  readonly lastLogin: TrackedLogin | null;
  readonly currentLogin: TrackedLogin | null;
  /** Whether its owner can delete it. */
  readonly deletable: boolean;
}

/** @publicApi */
export interface AccountExport {
  /** Also contains the fields that the application declares. */
  readonly account: {
    readonly id: string;
    readonly email: string;
  };
  readonly credentials: {
    readonly kind: string;
    readonly name: string | null;
    readonly createdAt: string;
    readonly lastUsedAt: string | null;
    readonly expiresAt: string | null;
  }[];
  /** Null: the session store cannot list them. */
  readonly sessions: Session[] | null;
  /** The rows of the audit log about the account; null: there is no audit log. */
  readonly audit:
    | {
        readonly sequence: number;
        readonly at: string;
        /** The name of the event. */
        readonly event: string;
        readonly accountId: string | null;
        readonly actor: 'self' | 'administrator' | 'impersonator' | 'application' | 'unknown';
        /** The account that caused it, if that is another one. */
        readonly actorId: string | null;
        readonly address: string | null;
        readonly userAgent: string | null;
        /** The other fields of the event; null: they cannot be read. */
        readonly data: Readonly<Record<string, unknown>> | null;
      }[]
    | null;
}

/** @publicApi */
export interface Restored {
  /** `restored`: the account is as it was before. `frozen`: the link was not enough, and nobody can log in. `locked`: the account is as it was before, but an administrator has to set a password. */
  readonly status: 'restored' | 'frozen' | 'locked';
}

/** @publicApi */
export interface ApiKey {
  readonly id: string;
  readonly name: string | null;
  readonly scopes: string[];
  readonly createdAt: string;
  /** Accurate to a minute; null: never. */
  readonly lastUsedAt: string | null;
  /** Null: valid until it is revoked. */
  readonly expiresAt: string | null;
}

/** @publicApi */
export interface CreatedApiKey {
  readonly id: string;
  readonly name: string | null;
  readonly scopes: string[];
  readonly createdAt: string;
  /** Accurate to a minute; null: never. */
  readonly lastUsedAt: string | null;
  /** Null: valid until it is revoked. */
  readonly expiresAt: string | null;
  /** The key itself. It is not stored, and only shown now. */
  readonly key: string;
}

/** @publicApi */
export interface ListedAccount {
  readonly id: string;
  readonly email: string;
  readonly emailConfirmedAt: string | null;
  readonly username: string | null;
  readonly active: boolean;
  readonly roles: string[];
  readonly locale: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly passwordChangedAt: string | null;
  readonly loginCount: number;
  readonly lastLogin: TrackedLogin | null;
  readonly currentLogin: TrackedLogin | null;
  /** Whether its owner can log in. */
  readonly status: 'active' | 'disabled' | 'frozen' | 'deleted' | 'locked' | 'unconfirmed' | 'reset-owed';
  readonly hasPassword: boolean;
  /** Whether an administrator requires a second factor. */
  readonly secondFactorRequired: boolean;
}

/** @publicApi */
export interface AdministeredAccount {
  readonly id: string;
  readonly email: string;
  readonly emailConfirmedAt: string | null;
  readonly username: string | null;
  readonly active: boolean;
  readonly roles: string[];
  readonly locale: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly passwordChangedAt: string | null;
  readonly loginCount: number;
  readonly lastLogin: TrackedLogin | null;
  readonly currentLogin: TrackedLogin | null;
  /** Whether its owner can log in. */
  readonly status: 'active' | 'disabled' | 'frozen' | 'deleted' | 'locked' | 'unconfirmed' | 'reset-owed';
  readonly hasPassword: boolean;
  /** Whether an administrator requires a second factor. */
  readonly secondFactorRequired: boolean;
  /** The fields that the application declares. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly factors: {
    readonly kind: 'totp' | 'passkey' | 'phone' | 'oauth';
    readonly name: string | null;
    readonly createdAt: string;
    readonly lastUsedAt: string | null;
  }[];
  /** How many are left. */
  readonly recoveryCodes: number;
  /** Null: the session store cannot list them. */
  readonly sessions: Session[] | null;
  readonly apiKeys: ApiKey[];
}

/** @publicApi */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  /** The roles of the new account. */
  readonly roles: string[];
  readonly locale: string | null;
  /** The declared fields of the new account. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The account id of the administrator. */
  readonly by: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** @publicApi */
export interface OAuthLink {
  readonly id: string;
  readonly provider: string;
  /** A name of the account there that its owner recognises; null: unknown. */
  readonly name: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** The user is logged in. @publicApi */
export interface TokenLogin {
  readonly status: 'in';
  readonly user: User;
  readonly tokenType: 'Bearer';
  readonly accessToken: string;
  /** How long the access token is valid, in seconds. */
  readonly expiresIn: number;
  /** Can be exchanged once for new tokens. */
  readonly refreshToken: string;
  /** How long the refresh token is valid, in seconds. */
  readonly refreshExpiresIn: number;
}

/** @publicApi */
export type FieldCode =
  | 'REQUIRED'
  | 'NOT_TEXT'
  | 'NOT_BOOLEAN'
  | 'NOT_NUMBER'
  | 'NOT_LIST'
  | 'TOO_LONG'
  | 'CHOICE_UNKNOWN'
  | 'FIELD_INVALID'
  | 'EMAIL_INVALID'
  | 'EMAIL_TAKEN'
  | 'EMAIL_SAME'
  | 'USERNAME_INVALID'
  | 'USERNAME_TAKEN'
  | 'USERNAME_SAME'
  | 'PASSWORD_INVALID'
  | 'PASSWORD_TOO_SHORT'
  | 'PASSWORD_TOO_LONG'
  | 'PASSWORD_COMMON'
  | 'PASSWORD_BREACHED'
  | 'PASSWORD_CONTEXT'
  | 'PASSWORD_TOO_SIMPLE'
  | 'PASSWORD_UNCHECKED'
  | 'PASSWORD_WRONG'
  | 'PASSWORD_SAME'
  | 'PASSWORD_NEEDED'
  | 'WRONG_PASSWORD'
  | 'TOKEN_INVALID'
  | 'CODE_INVALID'
  | 'CODE_WRONG'
  | 'METHOD_UNKNOWN'
  | 'FACTOR_UNKNOWN'
  | 'FACTOR_WRONG'
  | 'SECOND_FACTOR_NEEDED'
  | 'FLOW_INVALID'
  | 'CREDENTIAL_INVALID'
  | 'PASSKEY_TAKEN'
  | 'PHONE_INVALID'
  | 'PHONE_COUNTRY'
  | 'PHONE_NOT_MOBILE'
  | 'PHONE_SAME'
  | 'SCOPE_UNKNOWN'
  | 'DAYS_INVALID'
  | 'ROLE_UNKNOWN';

/** Why a request that changes something was taken for one of another site. @publicApi */
export type CsrfCode = 'CSRF_CROSS_SITE' | 'CSRF_FOREIGN_ORIGIN' | 'CSRF_TOKEN_MISSING' | 'CSRF_TOKEN_INVALID';

/** The routes by method and path: what each takes (`params` of the path, `query`, `body`), its `answer`, and the `code` of its errors. @publicApi */
export interface Routes {
  /** Get the features that are on, and who is logged in. At the prefix itself, without a trailing slash. Starts no session. */
  'GET /': {
    readonly answer: Overview;
    readonly code: never;
  };
  /** Log in with a password. The response to a wrong password is the same as for an account that does not exist or may not log in. */
  'POST /login': {
    readonly body: {
      /** The email address, or the username if accounts have them. */
      readonly identity: string;
      /** A password of at most 4096 bytes. */
      readonly password: string;
      /** Whether the login is remembered on this device. Default: no. */
      readonly remember?: boolean | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
    };
    readonly answer: Arrival;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'INVALID_CREDENTIALS'
      | 'IMPERSONATING'
      | 'ALREADY_IN'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Log out */
  'POST /logout': {
    readonly answer:
      | {
          readonly status: 'out';
          readonly next: string;
        }
      | undefined;
    readonly code: CsrfCode | 'IMPERSONATING';
  };
  /** Register. With confirmation, the response does not depend on whether the address has an account, and `POST /confirm` creates the account. */
  'POST /register': {
    readonly body: {
      /** An email address. */
      readonly email: string;
      /** A password of at most 4096 bytes. */
      readonly password: string;
      readonly username?: string | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
      readonly [name: string]: unknown;
    };
    readonly answer:
      | Pending
      | LoggedIn
      | {
          readonly status: 'confirm';
        };
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'REGISTRATION_REFUSED'
      | 'IMPERSONATING'
      | 'EMAIL_TAKEN'
      | 'ALREADY_IN'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Confirm an address with the link in the email */
  'POST /confirm': {
    readonly body: {
      /** The token in the link of the email. */
      readonly token: string;
      /** The password of the registration. Required in any other browser than the one that registered. */
      readonly password?: string | undefined;
    };
    readonly answer: {
      readonly status: 'confirmed';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'PASSWORD_NEEDED' | 'IMPERSONATING';
  };
  /** Send the email again. The response does not depend on whether the address is waiting for a confirmation. */
  'POST /confirm/resend': {
    readonly body: {
      /** An email address. */
      readonly email: string;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Request an email to reset the password. The response does not depend on whether the address has an account. */
  'POST /recover': {
    readonly body: {
      /** An email address. */
      readonly email: string;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Set a new password with the link in the email. Ends all sessions of the account, and does not log the user in. */
  'POST /reset': {
    readonly body: {
      /** The token in the link of the email. */
      readonly token: string;
      /** A password of at most 4096 bytes. */
      readonly password: string;
    };
    readonly answer: {
      readonly status: 'reset';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Request an email to log in. The response does not depend on whether the address has an account. */
  'POST /login/mail': {
    readonly body: {
      /** An email address. */
      readonly email: string;
      /** Whether the login is remembered on this device. Default: no. */
      readonly remember?: boolean | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'IMPERSONATING'
      | 'ALREADY_IN'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Log in with the link or the code in the email. Only in the session that requested the email. */
  'POST /login/mail/enter': {
    readonly body:
      | {
          /** The token in the link of the email. */
          readonly token: string;
        }
      | {
          /** Eight letters, with or without a hyphen. */
          readonly code: string;
        };
    readonly answer: Arrival;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'OTHER_BROWSER'
      | 'INVALID_CREDENTIALS'
      | 'IMPERSONATING'
      | 'ALREADY_IN'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Start a login with a passkey */
  'POST /passkeys/login/options': {
    readonly answer: PasskeyRequest;
    readonly code: CsrfCode | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Log in with a passkey */
  'POST /passkeys/login': {
    readonly body: {
      /** The `flow` of the options. */
      readonly flow: string;
      readonly credential: Credential;
      /** Whether the login is remembered on this device. Default: no. */
      readonly remember?: boolean | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
    };
    readonly answer: Arrival;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'INVALID_CREDENTIALS'
      | 'IMPERSONATING'
      | 'ALREADY_IN'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** List the passkeys */
  'GET /passkeys': {
    readonly answer: Passkey[];
    readonly code: never;
  };
  /** Add a passkey. Ends the other sessions of the account. If the login was pending until a factor is set up, the user is now logged in (200). */
  'POST /passkeys': {
    readonly body: {
      /** The `flow` of the options. */
      readonly flow: string;
      readonly credential: Credential;
      /** A name for it, chosen by its owner. */
      readonly name?: string | undefined;
    };
    readonly answer: Arrival | PasskeyChanged;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'MAIL_CODE_NEEDED'
      | 'NOTHING_PENDING'
      | 'INVALID_CREDENTIALS'
      | 'IMPERSONATING'
      | 'PASSKEY_TAKEN'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** Start to add a passkey */
  'POST /passkeys/options': {
    readonly answer: PasskeyCreation;
    readonly code:
      | CsrfCode
      | 'VERIFICATION_REQUIRED'
      | 'MAIL_CODE_NEEDED'
      | 'IMPERSONATING'
      | 'TOO_MANY_PASSKEYS'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** Rename a passkey */
  'PATCH /passkeys/{id}': {
    readonly params: { readonly id: string };

    readonly body: {
      /** A name for it, chosen by its owner. */
      readonly name: string;
    };
    readonly answer: PasskeyChanged;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'PASSKEY_UNKNOWN';
  };
  /** Delete a passkey. Ends the other sessions of the account. */
  'DELETE /passkeys/{id}': {
    readonly params: { readonly id: string };

    readonly answer: {
      readonly status: 'deleted';
      /** For `PublicKeyCredential.signalUnknownCredential()`. */
      readonly credentialId: string;
      readonly signal: PasskeySignal | null;
    };
    readonly code:
      | CsrfCode
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'PASSKEY_UNKNOWN'
      | 'LAST_FACTOR'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** Get what the browser needs for a method */
  'POST /second-factor/options': {
    readonly body?: {
      /** Default: `passkey`. */
      readonly method?: 'passkey' | 'code' | undefined;
    };
    readonly answer: FactorOptions;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'NOTHING_PENDING' | 'IMPERSONATING';
  };
  /** Send a code. To a phone, or by email if the login is pending until a factor is set up. The response does not say whether one was sent. */
  'POST /second-factor/send': {
    readonly body?: {
      /** Default: `code`. */
      readonly method?: 'code' | undefined;
      /** One of the phones of `POST /second-factor/options`. Default: the last one used. */
      readonly id?: string | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'NOTHING_PENDING' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Prove the second factor, and log in. If the login is pending until a factor is set up, the code from the email (`mail`) permits the set-up. */
  'POST /second-factor': {
    readonly body?: {
      /** Required unless the login is pending until a factor is set up. */
      readonly method?: 'totp' | 'recovery-code' | 'code' | 'passkey' | 'mail' | undefined;
      /** The code of an authenticator app, from a text message or an email, or a recovery code. */
      readonly code?: string | undefined;
      /** For a passkey: the `flow` of its options. */
      readonly flow?: string | undefined;
      readonly credential?: Credential | undefined;
      /** Whether to trust this device, so that it is not asked for a second factor for a while. Default: no. */
      readonly trustDevice?: boolean | undefined;
    };
    readonly answer: Arrival;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'NOTHING_PENDING'
      | 'CODE_WRONG'
      | 'INVALID_CREDENTIALS'
      | 'IMPERSONATING'
      | 'TOO_MANY_REQUESTS';
  };
  /** Get what the browser needs for a method */
  'POST /verify/options': {
    readonly body?: {
      /** Default: `passkey`. */
      readonly method?: 'passkey' | 'code' | undefined;
    };
    readonly answer: FactorOptions;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Send a code */
  'POST /verify/send': {
    readonly body?: {
      /** Default: `code`. */
      readonly method?: 'code' | undefined;
      /** One of the phones of `POST /verify/options`. Default: the last one used. */
      readonly id?: string | undefined;
      /** The action to confirm, as in `@Fresh({ action })`. */
      readonly action?: string | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Re-authenticate the user */
  'POST /verify': {
    readonly body?: {
      /** Default: `password`. */
      readonly method?: 'password' | 'totp' | 'recovery-code' | 'code' | 'passkey' | undefined;
      /** A password of at most 4096 bytes. */
      readonly password?: string | undefined;
      /** The code of an authenticator app, from a text message or an email, or a recovery code. */
      readonly code?: string | undefined;
      /** For a passkey: the `flow` of its options. */
      readonly flow?: string | undefined;
      readonly credential?: Credential | undefined;
      /** The action to confirm, as in `@Fresh({ action })`. */
      readonly action?: string | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
    };
    readonly answer: {
      readonly status: 'verified';
      readonly next: string | null;
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'WRONG_PASSWORD' | 'CODE_WRONG' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** List the second factors */
  'GET /factors': {
    readonly answer: Factor[];
    readonly code: never;
  };
  /** Remove an authenticator app or a phone. Ends the other sessions of the account. */
  'DELETE /factors/{id}': {
    readonly params: { readonly id: string };

    readonly answer: undefined;
    readonly code:
      | CsrfCode
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'FACTOR_UNKNOWN'
      | 'LAST_FACTOR'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** Start to set up an authenticator app */
  'POST /factors/totp': {
    readonly body?: {
      /** A name for it, chosen by its owner. */
      readonly name?: string | undefined;
    };
    readonly answer: TotpSetUp;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'MAIL_CODE_NEEDED'
      | 'IMPERSONATING'
      | 'TOO_MANY_FACTORS'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** Finish the set-up with the first code of the app. Ends the other sessions of the account. If the login was pending until a factor is set up, the user is now logged in. */
  'POST /factors/totp/{id}/enable': {
    readonly params: { readonly id: string };

    readonly body: {
      /** Six digits. */
      readonly code: string;
    };
    readonly answer: EnabledFactor | Arrival;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'MAIL_CODE_NEEDED'
      | 'NOTHING_PENDING'
      | 'INVALID_CREDENTIALS'
      | 'IMPERSONATING'
      | 'FACTOR_UNKNOWN'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Start to set up a phone, and send a code to it */
  'POST /factors/code': {
    readonly body: {
      readonly phone: string;
      /** A name for it, chosen by its owner. */
      readonly name?: string | undefined;
    };
    readonly answer: {
      readonly id: string;
    };
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'MAIL_CODE_NEEDED'
      | 'IMPERSONATING'
      | 'TOO_MANY_FACTORS'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Finish the set-up with the code that was sent. Ends the other sessions of the account. If the login was pending until a factor is set up, the user is now logged in. */
  'POST /factors/code/{id}/enable': {
    readonly params: { readonly id: string };

    readonly body: {
      readonly code: string;
    };
    readonly answer: EnabledFactor | Arrival;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'MAIL_CODE_NEEDED'
      | 'NOTHING_PENDING'
      | 'INVALID_CREDENTIALS'
      | 'IMPERSONATING'
      | 'FACTOR_UNKNOWN'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Create recovery codes, which replace all previous ones. They are only shown now. */
  'POST /factors/recovery-codes': {
    readonly answer: {
      readonly codes: string[];
    };
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'CHANGED_MEANWHILE' | 'IMPERSONATION_ENDED';
  };
  /** List the sessions and trusted devices */
  'GET /sessions': {
    readonly answer: Session[];
    readonly code: 'SESSIONS_NOT_LISTED';
  };
  /** End all other sessions, remembered logins and trusted devices */
  'DELETE /sessions': {
    readonly answer: {
      readonly status: 'ended';
    };
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'CHANGED_MEANWHILE' | 'IMPERSONATION_ENDED';
  };
  /** End a session, or stop trusting a device */
  'DELETE /sessions/{publicId}': {
    readonly params: { readonly publicId: string };

    readonly answer: {
      readonly status: 'ended';
    };
    readonly code: CsrfCode | 'IMPERSONATING' | 'SESSION_UNKNOWN' | 'SESSIONS_NOT_LISTED';
  };
  /** Get the account that is logged in */
  'GET /account': {
    readonly answer: AccountOverview;
    readonly code: never;
  };
  /** Delete the account after a grace time. Ends all sessions at once. The deletion can be undone until then. */
  'DELETE /account': {
    readonly answer: {
      readonly status: 'deleting';
      readonly deleteAt: string;
    };
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'CHANGED_MEANWHILE' | 'IMPERSONATION_ENDED';
  };
  /** Export the data of the account, without credentials */
  'GET /account/export': {
    readonly answer: AccountExport;
    readonly code: 'VERIFICATION_REQUIRED' | 'IMPERSONATING';
  };
  /** Change the password. Ends the other sessions of the account. An account without a password needs a fresh login. */
  'POST /password': {
    readonly body: {
      /** Required if the account has a password. */
      readonly current?: string | undefined;
      /** A password of at most 4096 bytes. */
      readonly password: string;
    };
    readonly answer: AccountChanged;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Request a change of address. The response does not depend on whether that address has an account. */
  'POST /email': {
    readonly body: {
      /** An email address. */
      readonly email: string;
      /** Whether the current address cannot undo the change. Requires a second factor. */
      readonly oldAddressLost?: boolean | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Confirm the new address with the link in the email */
  'POST /email/confirm': {
    readonly body: {
      /** The token in the link of the email. */
      readonly token: string;
    };
    readonly answer: {
      readonly status: 'changed';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Restore the former address with the link in the email */
  'POST /email/undo': {
    readonly body: {
      /** The token in the link of the email. */
      readonly token: string;
      /** The password from before the change. */
      readonly password?: string | undefined;
      /** Instead of the password. Default: `totp` if there is a `code`. */
      readonly method?: 'totp' | 'recovery-code' | 'code' | 'passkey' | undefined;
      /** The code of an authenticator app, from a text message or an email, or a recovery code. */
      readonly code?: string | undefined;
      /** For a passkey: the `flow` of its options. */
      readonly flow?: string | undefined;
      readonly credential?: Credential | undefined;
    };
    readonly answer: Restored;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'FACTOR_NEEDED'
      | 'FACTOR_WRONG'
      | 'IMPERSONATING'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** Change the username */
  'POST /username': {
    readonly body: {
      readonly username: string;
    };
    readonly answer: AccountChanged;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** Undo the deletion, with the link in the email */
  'POST /account/undo': {
    readonly body: {
      /** The token in the link of the email. */
      readonly token: string;
    };
    readonly answer: {
      readonly status: 'undone';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Report a change with the link in the email, and restore the account */
  'POST /not-me': {
    readonly body: {
      /** The token in the link of the email. */
      readonly token: string;
      /** The password from before the change. */
      readonly password?: string | undefined;
      /** Instead of the password. Default: `totp` if there is a `code`. */
      readonly method?: 'totp' | 'recovery-code' | 'code' | 'passkey' | undefined;
      /** The code of an authenticator app, from a text message or an email, or a recovery code. */
      readonly code?: string | undefined;
      /** For a passkey: the `flow` of its options. */
      readonly flow?: string | undefined;
      readonly credential?: Credential | undefined;
    };
    readonly answer: Restored;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'FACTOR_NEEDED'
      | 'FACTOR_WRONG'
      | 'IMPERSONATING'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS';
  };
  /** List the API keys */
  'GET /api-keys': {
    readonly answer: ApiKey[];
    readonly code: never;
  };
  /** Create an API key */
  'POST /api-keys': {
    readonly body: {
      readonly name?: string | undefined;
      /** Some of those in the option `apiKeys.scopes`. */
      readonly scopes: readonly string[];
      /** The number of days that it is valid. Default: the maximum. */
      readonly days?: number | undefined;
    };
    readonly answer: CreatedApiKey;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'TOO_MANY_API_KEYS'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** Revoke an API key */
  'DELETE /api-keys/{id}': {
    readonly params: { readonly id: string };

    readonly answer: undefined;
    readonly code: CsrfCode | 'IMPERSONATING' | 'API_KEY_UNKNOWN';
  };
  /** List accounts, in the order of their ids */
  'GET /admin/accounts': {
    readonly query?: {
      /** A part of the address or username. */
      readonly search?: string | undefined;
      /** Only accounts with this role. */
      readonly role?: string | undefined;
      /** Only accounts that are not disabled, or only those that are. */
      readonly active?: boolean | undefined;
      /** The `next` of the previous page. */
      readonly after?: string | undefined;
      /** The maximum number of accounts, 1 to 200. Default: 50. */
      readonly limit?: number | undefined;
    };

    readonly answer: {
      readonly accounts: ListedAccount[];
      /** The value of `after` for the next page; null: this is the last one. */
      readonly next: string | null;
    };
    readonly code: 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Show an account */
  'GET /admin/accounts/{id}': {
    readonly params: { readonly id: string };

    readonly answer: AdministeredAccount;
    readonly code: 'IMPERSONATING' | 'ACCOUNT_UNKNOWN';
  };
  /** Disable an account */
  'POST /admin/accounts/{id}/disable': {
    readonly params: { readonly id: string };

    readonly answer: AdministeredAccount;
    readonly code:
      | CsrfCode
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'ACCOUNT_UNKNOWN'
      | 'LAST_ADMINISTRATOR'
      | 'IMPERSONATION_ENDED';
  };
  /** Enable an account */
  'POST /admin/accounts/{id}/enable': {
    readonly params: { readonly id: string };

    readonly answer: AdministeredAccount;
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'ACCOUNT_UNKNOWN';
  };
  /** End all sessions of an account */
  'POST /admin/accounts/{id}/end-sessions': {
    readonly params: { readonly id: string };

    readonly answer: AdministeredAccount;
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'ACCOUNT_UNKNOWN';
  };
  /** Require a new password, and end all sessions of an account */
  'POST /admin/accounts/{id}/force-reset': {
    readonly params: { readonly id: string };

    readonly answer: AdministeredAccount;
    readonly code:
      | CsrfCode
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'ACCOUNT_UNKNOWN'
      | 'NO_PASSWORD'
      | 'RECOVERY_OFF'
      | 'IMPERSONATION_ENDED';
  };
  /** Require a second factor of an account, or no longer require it */
  'POST /admin/accounts/{id}/require-second-factor': {
    readonly params: { readonly id: string };

    readonly body?: {
      /** Default: yes. */
      readonly required?: boolean | undefined;
    };
    readonly answer: AdministeredAccount;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'ACCOUNT_UNKNOWN'
      | 'NO_SECOND_FACTOR'
      | 'IMPERSONATION_ENDED';
  };
  /** Reset the access to an account: its owner sets a new password by email */
  'POST /admin/accounts/{id}/reset-access': {
    readonly params: { readonly id: string };

    readonly body?: {
      /** Default: `remove`. */
      readonly factors?: 'remove' | 'keep' | undefined;
    };
    readonly answer: AdministeredAccount;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'ACCOUNT_UNKNOWN'
      | 'RECOVERY_OFF'
      | 'IMPERSONATION_ENDED';
  };
  /** Set the roles of an account */
  'POST /admin/accounts/{id}/roles': {
    readonly params: { readonly id: string };

    readonly body: {
      readonly roles: readonly string[];
    };
    readonly answer: AdministeredAccount;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'ROLE_NOT_GRANTABLE'
      | 'IMPERSONATING'
      | 'ACCOUNT_UNKNOWN'
      | 'LAST_ADMINISTRATOR'
      | 'IMPERSONATION_ENDED';
  };
  /** Revoke an API key of an account */
  'DELETE /admin/accounts/{id}/api-keys/{keyId}': {
    readonly params: { readonly id: string; readonly keyId: string };

    readonly answer: undefined;
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'API_KEY_UNKNOWN';
  };
  /** List the open invitations */
  'GET /admin/invitations': {
    readonly answer: Invitation[];
    readonly code: 'IMPERSONATING';
  };
  /** Send an invitation. A former invitation of the same address becomes invalid. */
  'POST /admin/invitations': {
    readonly body: {
      /** An email address. */
      readonly email: string;
      readonly roles?: readonly string[] | undefined;
      /** The language of the email and of the account. */
      readonly locale?: string | undefined;
      /** Fields that the application declares. */
      readonly fields?: Readonly<Record<string, unknown>> | undefined;
    };
    readonly answer: Invitation;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'ROLE_NOT_GRANTABLE'
      | 'IMPERSONATING'
      | 'EMAIL_TAKEN'
      | 'TOO_MANY_INVITATIONS'
      | 'INVITATIONS_OFF'
      | 'IMPERSONATION_ENDED'
      | 'SENT_TOO_OFTEN';
  };
  /** Send an invitation again, with a new link */
  'POST /admin/invitations/{id}/resend': {
    readonly params: { readonly id: string };

    readonly answer: Invitation;
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'INVITATION_UNKNOWN' | 'SENT_TOO_OFTEN';
  };
  /** Withdraw an invitation */
  'DELETE /admin/invitations/{id}': {
    readonly params: { readonly id: string };

    readonly answer: undefined;
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'INVITATION_UNKNOWN';
  };
  /** Accept an invitation with the link in the email */
  'POST /invitation': {
    readonly body: {
      /** The token in the link of the email. */
      readonly token: string;
      /** Required unless passkeys or login by email are on. */
      readonly password?: string | undefined;
      readonly username?: string | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
    };
    readonly answer: Pending | LoggedIn;
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'INVALID_CREDENTIALS'
      | 'IMPERSONATING'
      | 'ALREADY_IN'
      | 'IMPERSONATION_ENDED';
  };
  /** Start to impersonate a user */
  'POST /impersonate': {
    readonly body: {
      /** The id of the account. */
      readonly account: string;
      /** Required if `impersonation.reason` is on. */
      readonly reason?: string | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
    };
    readonly answer: {
      readonly status: 'impersonating';
      readonly user: User;
      /** The administrator. */
      readonly impersonator: User;
      readonly until: string;
    };
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'ROLE_REQUIRED'
      | 'ACCOUNT_PROTECTED'
      | 'IMPERSONATING'
      | 'ACCOUNT_UNKNOWN'
      | 'ACCOUNT_CLOSED'
      | 'ACCOUNT_OWN'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** End the impersonation */
  'DELETE /impersonate': {
    readonly body?: {
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
    };
    readonly answer: {
      /** `out`: the administrator’s own login has ended in the meantime. */
      readonly status: 'in' | 'out';
      /** The administrator. */
      readonly user: User | null;
    };
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'IMPERSONATING'
      | 'NOT_IMPERSONATING'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** List the providers and the linked accounts */
  'GET /oauth': {
    readonly answer: {
      readonly providers: {
        readonly name: string;
        readonly label: string;
      }[];
      readonly links: OAuthLink[];
    };
    readonly code: never;
  };
  /** Start a sign-in at a provider */
  'POST /oauth/{id}': {
    readonly params: { readonly id: string };

    readonly body?: {
      /** `link` and `verify` require a login. Default: `login`. */
      readonly intent?: 'login' | 'link' | 'verify' | undefined;
      /** Whether the login is remembered on this device. Default: no. */
      readonly remember?: boolean | undefined;
      /** Where to go afterwards: a URL of this site; others are ignored. */
      readonly next?: string | undefined;
      /** For `verify`: the action to confirm. */
      readonly action?: string | undefined;
    };
    readonly answer: {
      readonly status: 'redirect';
      /** Where the browser has to go. */
      readonly url: string;
    };
    readonly code:
      | CsrfCode
      | 'INPUT_INVALID'
      | 'VERIFICATION_REQUIRED'
      | 'OAUTH_FAILED'
      | 'OAUTH_DENIED'
      | 'IMPERSONATING'
      | 'OAUTH_PROVIDER_UNKNOWN'
      | 'ALREADY_IN'
      | 'IMPERSONATION_ENDED'
      | 'TOO_MANY_REQUESTS'
      | 'OAUTH_UNREACHABLE';
  };
  /** Remove the link to an account at a provider. Ends the other sessions of the account. */
  'DELETE /oauth/{id}': {
    readonly params: { readonly id: string };

    readonly answer: {
      readonly status: 'removed';
    };
    readonly code:
      | CsrfCode
      | 'VERIFICATION_REQUIRED'
      | 'IMPERSONATING'
      | 'FACTOR_UNKNOWN'
      | 'LAST_FACTOR'
      | 'CHANGED_MEANWHILE'
      | 'IMPERSONATION_ENDED';
  };
  /** Return from a provider. Providers redirect browsers here. */
  'GET /oauth/{provider}/callback': {
    readonly params: { readonly provider: string };
    readonly query?: {
      readonly code?: string | undefined;
      readonly state?: string | undefined;
      readonly iss?: string | undefined;
      readonly error?: string | undefined;
      /** Identifies a response that arrived as a form. */
      readonly response?: string | undefined;
    };

    readonly answer:
      | Arrival
      | {
          readonly status: 'linked' | 'verified';
          readonly next: string;
        };
    readonly code:
      | 'INPUT_INVALID'
      | 'OAUTH_FLOW_INVALID'
      | 'OAUTH_FAILED'
      | 'OAUTH_REFUSED'
      | 'OAUTH_DENIED'
      | 'OAUTH_NOT_REGISTERED'
      | 'OAUTH_EMAIL_UNCONFIRMED'
      | 'IMPERSONATING'
      | 'OAUTH_PROVIDER_UNKNOWN'
      | 'OAUTH_OTHER_ACCOUNT'
      | 'OAUTH_TAKEN'
      | 'OAUTH_EMAIL_TAKEN'
      | 'USERNAME_TAKEN'
      | 'TOO_MANY_FACTORS'
      | 'CHANGED_MEANWHILE'
      | 'OAUTH_UNREACHABLE';
  };
  /** Receive the response of a provider as a form. Needs no CSRF token: the response is kept until the browser requests it. */
  'POST /oauth/{provider}/callback': {
    readonly params: { readonly provider: string };

    readonly body?: {
      readonly code?: string | undefined;
      readonly state?: string | undefined;
      readonly iss?: string | undefined;
      readonly error?: string | undefined;
    };
    readonly answer: {
      readonly status: 'redirect';
      /** Where the browser has to go. */
      readonly url: string;
    };
    readonly code: 'INPUT_INVALID' | 'OAUTH_PROVIDER_UNKNOWN' | 'TOO_MANY_REQUESTS';
  };
  /** End the sessions of a user who has logged out at a provider. Called by the provider. */
  'POST /oauth/{provider}/backchannel-logout': {
    readonly params: { readonly provider: string };

    readonly body: {
      readonly logout_token: string;
    };
    readonly answer: Readonly<Record<string, unknown>>;
    readonly code: 'OAUTH_LOGOUT_INVALID' | 'INPUT_INVALID' | 'OAUTH_PROVIDER_UNKNOWN' | 'OAUTH_UNREACHABLE';
  };
  /** Log in, and get tokens. With a password, with the second factor of a pending login, or, if `tokens.fromSession` is on, with the session of the user. */
  'POST /token': {
    readonly body:
      | {
          /** The email address, or the username if accounts have them. */
          readonly identity: string;
          /** A password of at most 4096 bytes. */
          readonly password: string;
        }
      | {
          /** The token of a pending login. */
          readonly pending: string;
          readonly method: 'totp' | 'recovery-code' | 'code' | 'passkey';
          /** The code of an authenticator app, from a text message or an email, or a recovery code. */
          readonly code?: string | undefined;
          /** For a passkey: the `flow` of its options. */
          readonly flow?: string | undefined;
          readonly credential?: Credential | undefined;
        }
      | Readonly<Record<string, unknown>>;
    readonly answer:
      | TokenLogin
      | {
          readonly status: 'second-factor';
          readonly methods: FactorMethod[];
          /** The token of a pending login. */
          readonly pending: string;
        }
      | EnrollmentOwed;
    readonly code:
      | CsrfCode
      | 'JSON_NEEDED'
      | 'INPUT_INVALID'
      | 'INVALID_CREDENTIALS'
      | 'CODE_WRONG'
      | 'NOTHING_PENDING'
      | 'IMPERSONATING'
      | 'TOO_MANY_REQUESTS'
      | 'SESSIONS_NOT_LISTED';
  };
  /** End the login of an access token or a refresh token */
  'DELETE /token': {
    readonly body?: {
      /** Instead of the header. */
      readonly refreshToken?: string | undefined;
    };
    readonly answer: undefined;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'ACCESS_TOKEN_INVALID' | 'IMPERSONATING';
  };
  /** Get what the client needs for a second factor */
  'POST /token/options': {
    readonly body: {
      /** The token of a pending login. */
      readonly pending: string;
      /** Default: `passkey`. */
      readonly method?: 'passkey' | 'code' | undefined;
    };
    readonly answer: FactorOptions;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'NOTHING_PENDING' | 'IMPERSONATING';
  };
  /** Send the code of a second factor */
  'POST /token/send': {
    readonly body: {
      /** The token of a pending login. */
      readonly pending: string;
      /** Default: `code`. */
      readonly method?: 'code' | undefined;
      /** One of the phones of `POST /token/options`. Default: the last one used. */
      readonly id?: string | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'NOTHING_PENDING' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Exchange a refresh token for new tokens */
  'POST /token/refresh': {
    readonly body?: {
      /** Instead of the header. */
      readonly refreshToken?: string | undefined;
    };
    readonly answer: TokenLogin;
    readonly code: CsrfCode | 'JSON_NEEDED' | 'INPUT_INVALID' | 'REFRESH_TOKEN_INVALID' | 'IMPERSONATING';
  };
}
