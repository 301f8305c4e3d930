// Made by `npm run docs` from the declarations in lib/accounts/**/*.api.ts. Change those, and run it again.

/** An account, as the answers show it. Where the application sets `payload`, it is what that returns. @publicApi */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly emailConfirmed: boolean;
  readonly username: string | null;
  readonly roles: string[];
}

/** The login is made. @publicApi */
export interface LoggedIn {
  readonly status: 'in';
  readonly user: User;
  /** Where to go now: a path of this site. */
  readonly next: string;
}

/** @publicApi */
export type FactorMethod = 'totp' | 'recovery-code' | 'code' | 'passkey';

/** The login waits for a second factor, for ten minutes. @publicApi */
export interface SecondFactorOwed {
  readonly status: 'second-factor';
  readonly methods: FactorMethod[];
}

/** The account needs a second factor and has none: the login waits until one is set up. @publicApi */
export interface EnrollmentOwed {
  readonly status: 'enroll';
  readonly methods: FactorMethod[];
}

/** @publicApi */
export type Pending = SecondFactorOwed | EnrollmentOwed;

/** How far a login has come. @publicApi */
export type Arrival = LoggedIn | Pending;

/** A factor that counts from now on. @publicApi */
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
  /** The login that waits in this session; null: none. */
  readonly pending: Pending | null;
  /** The administrator who is in the place of `user`; null: nobody. */
  readonly impersonator: User | null;
  /** For the header `x-csrf-token`, where `csrf.mode` is `token` and there is a session; null: otherwise. */
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
  /** To be sent back with the credential. */
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
  /** To be sent back with the credential. */
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

/** A passkey that the browser has created or used, as its `toJSON()` says. @publicApi */
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
  /** Whether it may be copied to other devices. */
  readonly isSyncable: boolean;
  /** Whether it has been. */
  readonly isBackedUp: boolean;
  /** How the browser reaches it, such as `internal` or `usb`. */
  readonly transports: string[];
}

/** @publicApi */
export interface PasskeyChanged {
  readonly passkey: Passkey;
  readonly signal: PasskeySignal | null;
}

/** What the browser is to know of the passkeys: for `signalAllAcceptedCredentials()` and `signalCurrentUserDetails()`. @publicApi */
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
      /** Of a telephone: the end of its number. */
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
  /** What the QR code says. */
  readonly uri: string;
  /** The QR code, as a data URI of an SVG picture. */
  readonly qr: string;
}

/** @publicApi */
export interface Session {
  /** Identifies it, and gives access to nothing. */
  readonly publicId: string;
  /** `session`: the account is logged in there. `trusted-device`: no second factor is asked for there. */
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
  /** Whether an administrator is in the user’s place in it. */
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
  /** Also the fields that the application declares. */
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
  /** What the audit log says of the account; null: there is none. */
  readonly audit:
    | {
        readonly sequence: number;
        readonly at: string;
        /** The name of the event. */
        readonly event: string;
        readonly accountId: string | null;
        readonly actor: 'self' | 'administrator' | 'impersonator' | 'application' | 'unknown';
        /** The account of who has done it, if it is another one. */
        readonly actorId: string | null;
        readonly address: string | null;
        readonly userAgent: string | null;
        /** What the event says besides; null: it cannot be read. */
        readonly data: Readonly<Record<string, unknown>> | null;
      }[]
    | null;
}

/** @publicApi */
export interface Restored {
  /** `restored`: the account is as it was before. `frozen`: the link was not enough, and nobody can log in. `locked`: as it was before, and an administrator has to set a password. */
  readonly status: 'restored' | 'frozen' | 'locked';
}

/** @publicApi */
export interface ApiKey {
  readonly id: string;
  readonly name: string | null;
  readonly scopes: string[];
  readonly createdAt: string;
  /** To the minute; null: never. */
  readonly lastUsedAt: string | null;
  /** Null: it is valid until it is revoked. */
  readonly expiresAt: string | null;
}

/** @publicApi */
export interface CreatedApiKey {
  readonly id: string;
  readonly name: string | null;
  readonly scopes: string[];
  readonly createdAt: string;
  /** To the minute; null: never. */
  readonly lastUsedAt: string | null;
  /** Null: it is valid until it is revoked. */
  readonly expiresAt: string | null;
  /** The key itself. It is not stored, and shown this once. */
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
  /** Whether the account lets its owner in. */
  readonly status: 'active' | 'disabled' | 'frozen' | 'deleted' | 'locked' | 'unconfirmed' | 'reset-owed';
  readonly hasPassword: boolean;
  /** Whether an administrator requires a second factor of it. */
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
  /** Whether the account lets its owner in. */
  readonly status: 'active' | 'disabled' | 'frozen' | 'deleted' | 'locked' | 'unconfirmed' | 'reset-owed';
  readonly hasPassword: boolean;
  /** Whether an administrator requires a second factor of it. */
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
  /** The roles that the account gets. */
  readonly roles: string[];
  readonly locale: string | null;
  /** The declared fields that the account gets. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The id of the administrator’s account. */
  readonly by: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** @publicApi */
export interface OAuthLink {
  readonly id: string;
  readonly provider: string;
  /** The account there, as its owner recognises it; null: unknown. */
  readonly name: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** The login is made. @publicApi */
export interface TokenLogin {
  readonly status: 'in';
  readonly user: User;
  readonly tokenType: 'Bearer';
  readonly accessToken: string;
  /** For how long the access token is valid, in seconds. */
  readonly expiresIn: number;
  /** Exchanged once for the next tokens. */
  readonly refreshToken: string;
  /** For how long the refresh token is valid, in seconds. */
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
  /** What there is, and who is logged in. At the prefix itself, without a slash at the end. Starts no session. */
  'GET /': {
    readonly answer: Overview;
    readonly code: never;
  };
  /** Log in by a password. The answer to a wrong password is the same as to an account that does not exist or may not log in. */
  'POST /login': {
    readonly body: {
      /** The address, or the username where there are any. */
      readonly identity: string;
      /** A password; of at most 4096 bytes. */
      readonly password: string;
      /** Whether the login is remembered on this device. Default: no. */
      readonly remember?: boolean | undefined;
      /** Where to go then: a path of this site, or it is not used. */
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
  /** Register. With confirmation, the answer is the same whether the address has an account or not, and the account is made by `POST /confirm`. */
  'POST /register': {
    readonly body: {
      /** An e-mail address. */
      readonly email: string;
      /** A password; of at most 4096 bytes. */
      readonly password: string;
      readonly username?: string | undefined;
      /** Where to go then: a path of this site, or it is not used. */
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
  /** Confirm an address by the link of the mail */
  'POST /confirm': {
    readonly body: {
      /** The token of the link in the mail. */
      readonly token: string;
      /** That of the registration, in any other browser than the one that registered. */
      readonly password?: string | undefined;
    };
    readonly answer: {
      readonly status: 'confirmed';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'PASSWORD_NEEDED' | 'IMPERSONATING';
  };
  /** Have the mail sent again. The answer is the same whether the address is waiting for a confirmation or not. */
  'POST /confirm/resend': {
    readonly body: {
      /** An e-mail address. */
      readonly email: string;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Ask for a mail to set a new password with. The answer is the same whether the address has an account or not. */
  'POST /recover': {
    readonly body: {
      /** An e-mail address. */
      readonly email: string;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Set a new password by the link of the mail. Logs nobody in, and ends all sessions of the account. */
  'POST /reset': {
    readonly body: {
      /** The token of the link in the mail. */
      readonly token: string;
      /** A password; of at most 4096 bytes. */
      readonly password: string;
    };
    readonly answer: {
      readonly status: 'reset';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Ask for a mail to log in with. The answer is the same whether the address has an account or not. */
  'POST /login/mail': {
    readonly body: {
      /** An e-mail address. */
      readonly email: string;
      /** Whether the login is remembered on this device. Default: no. */
      readonly remember?: boolean | undefined;
      /** Where to go then: a path of this site, or it is not used. */
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
  /** Log in by the link or the code of the mail. In the session that asked for the mail. */
  'POST /login/mail/enter': {
    readonly body:
      | {
          /** The token of the link in the mail. */
          readonly token: string;
        }
      | {
          /** Eight letters, with or without the hyphen. */
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
  /** Begin a login by a passkey */
  'POST /passkeys/login/options': {
    readonly answer: PasskeyRequest;
    readonly code: CsrfCode | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Log in by a passkey */
  'POST /passkeys/login': {
    readonly body: {
      /** The `flow` of the options. */
      readonly flow: string;
      readonly credential: Credential;
      /** Whether the login is remembered on this device. Default: no. */
      readonly remember?: boolean | undefined;
      /** Where to go then: a path of this site, or it is not used. */
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
  /** Add a passkey. Ends the other sessions of the account. A login that had to set up a factor is in (200). */
  'POST /passkeys': {
    readonly body: {
      /** The `flow` of the options. */
      readonly flow: string;
      readonly credential: Credential;
      /** As its owner calls it. */
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
  /** Begin to add a passkey */
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
      /** As its owner calls it. */
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
  /** What the browser needs for a method */
  'POST /second-factor/options': {
    readonly body?: {
      /** Default: `passkey`. */
      readonly method?: 'passkey' | 'code' | undefined;
    };
    readonly answer: FactorOptions;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'NOTHING_PENDING' | 'IMPERSONATING';
  };
  /** Have a code sent. To a telephone; by mail where the login waits until a factor is set up. Whether one is sent is not told. */
  'POST /second-factor/send': {
    readonly body?: {
      /** Default: `code`. */
      readonly method?: 'code' | undefined;
      /** One of the telephones of `POST /second-factor/options`. Default: the one used last. */
      readonly id?: string | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'NOTHING_PENDING' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Prove the second factor, and log in. Where the login waits until a factor is set up, a code of the mail (`mail`) permits that. */
  'POST /second-factor': {
    readonly body?: {
      /** Needed unless the login waits until a factor is set up. */
      readonly method?: 'totp' | 'recovery-code' | 'code' | 'passkey' | 'mail' | undefined;
      /** Of an authenticator app, a message or a mail, or a recovery code. */
      readonly code?: string | undefined;
      /** Of a passkey: the `flow` of its options. */
      readonly flow?: string | undefined;
      readonly credential?: Credential | undefined;
      /** Whether no second factor is asked for on this device for a while. Default: no. */
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
  /** What the browser needs for a method */
  'POST /verify/options': {
    readonly body?: {
      /** Default: `passkey`. */
      readonly method?: 'passkey' | 'code' | undefined;
    };
    readonly answer: FactorOptions;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Have a code sent */
  'POST /verify/send': {
    readonly body?: {
      /** Default: `code`. */
      readonly method?: 'code' | undefined;
      /** One of the telephones of `POST /verify/options`. Default: the one used last. */
      readonly id?: string | undefined;
      /** What the confirmation is for, as `@Fresh({ action })` names it. */
      readonly action?: string | undefined;
      /** Where to go then: a path of this site, or it is not used. */
      readonly next?: string | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Prove who is logged in */
  'POST /verify': {
    readonly body?: {
      /** Default: `password`. */
      readonly method?: 'password' | 'totp' | 'recovery-code' | 'code' | 'passkey' | undefined;
      /** A password; of at most 4096 bytes. */
      readonly password?: string | undefined;
      /** Of an authenticator app, a message or a mail, or a recovery code. */
      readonly code?: string | undefined;
      /** Of a passkey: the `flow` of its options. */
      readonly flow?: string | undefined;
      readonly credential?: Credential | undefined;
      /** What the confirmation is for, as `@Fresh({ action })` names it. */
      readonly action?: string | undefined;
      /** Where to go then: a path of this site, or it is not used. */
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
  /** Remove an authenticator app or a telephone. Ends the other sessions of the account. */
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
  /** Begin the set-up of an authenticator app */
  'POST /factors/totp': {
    readonly body?: {
      /** As its owner calls it. */
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
  /** End the set-up by the first code of the app. Ends the other sessions of the account. A login that had to set up a factor is in. */
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
  /** Begin the set-up of a telephone, to which a code is sent */
  'POST /factors/code': {
    readonly body: {
      readonly phone: string;
      /** As its owner calls it. */
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
  /** End the set-up by the code that was sent. Ends the other sessions of the account. A login that had to set up a factor is in. */
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
  /** Make recovery codes, in place of all that there were. They are shown this once. */
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
  /** The account that is logged in */
  'GET /account': {
    readonly answer: AccountOverview;
    readonly code: never;
  };
  /** Delete the account after a time in which that can be undone. Ends all sessions at once. */
  'DELETE /account': {
    readonly answer: {
      readonly status: 'deleting';
      readonly deleteAt: string;
    };
    readonly code: CsrfCode | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'CHANGED_MEANWHILE' | 'IMPERSONATION_ENDED';
  };
  /** Everything that is kept of the account, but what proves who somebody is */
  'GET /account/export': {
    readonly answer: AccountExport;
    readonly code: 'VERIFICATION_REQUIRED' | 'IMPERSONATING';
  };
  /** Change the password. Ends the other sessions of the account. An account without a password needs a fresh login. */
  'POST /password': {
    readonly body: {
      /** Needed where there is one. */
      readonly current?: string | undefined;
      /** A password; of at most 4096 bytes. */
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
  /** Ask for another address. The answer is the same whether that address has an account or not. */
  'POST /email': {
    readonly body: {
      /** An e-mail address. */
      readonly email: string;
      /** Whether the present address cannot undo it. Needs a second factor. */
      readonly oldAddressLost?: boolean | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'VERIFICATION_REQUIRED' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Confirm the new address by the link of the mail */
  'POST /email/confirm': {
    readonly body: {
      /** The token of the link in the mail. */
      readonly token: string;
    };
    readonly answer: {
      readonly status: 'changed';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Restore the former address by the link of the mail */
  'POST /email/undo': {
    readonly body: {
      /** The token of the link in the mail. */
      readonly token: string;
      /** The password of the time before the change. */
      readonly password?: string | undefined;
      /** In place of the password. Default: `totp` where there is a `code`. */
      readonly method?: 'totp' | 'recovery-code' | 'code' | 'passkey' | undefined;
      /** Of an authenticator app, a message or a mail, or a recovery code. */
      readonly code?: string | undefined;
      /** Of a passkey: the `flow` of its options. */
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
  /** Keep the account, by the link of the mail */
  'POST /account/undo': {
    readonly body: {
      /** The token of the link in the mail. */
      readonly token: string;
    };
    readonly answer: {
      readonly status: 'undone';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'IMPERSONATING';
  };
  /** Report a change by the link of the mail, and have the account restored */
  'POST /not-me': {
    readonly body: {
      /** The token of the link in the mail. */
      readonly token: string;
      /** The password of the time before the change. */
      readonly password?: string | undefined;
      /** In place of the password. Default: `totp` where there is a `code`. */
      readonly method?: 'totp' | 'recovery-code' | 'code' | 'passkey' | undefined;
      /** Of an authenticator app, a message or a mail, or a recovery code. */
      readonly code?: string | undefined;
      /** Of a passkey: the `flow` of its options. */
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
      /** Some of the option `apiKeys.scopes`. */
      readonly scopes: readonly string[];
      /** For how long it is valid. Default: as long as keys are at most. */
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
      /** A part of the address or the username. */
      readonly search?: string | undefined;
      /** Only those with this role. */
      readonly role?: string | undefined;
      /** Only those that are not disabled, or only those that are. */
      readonly active?: boolean | undefined;
      /** The `next` of the page before. */
      readonly after?: string | undefined;
      /** At most so many: 1 to 200. Default: 50. */
      readonly limit?: number | undefined;
    };

    readonly answer: {
      readonly accounts: ListedAccount[];
      /** For `after`; null: this is the last page. */
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
  /** Let its owner in once they have set a new password */
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
  /** Require a second factor of an account, or no longer */
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
  /** Close all ways into an account until its owner sets a new password by mail */
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
  /** List the invitations that are open */
  'GET /admin/invitations': {
    readonly answer: Invitation[];
    readonly code: 'IMPERSONATING';
  };
  /** Mail somebody a link that creates an account. A former invitation of the address is void. */
  'POST /admin/invitations': {
    readonly body: {
      /** An e-mail address. */
      readonly email: string;
      readonly roles?: readonly string[] | undefined;
      /** The language of the mail, and of the account. */
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
  /** Send an invitation once more, with another link */
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
  /** Create the account by the link of the mail */
  'POST /invitation': {
    readonly body: {
      /** The token of the link in the mail. */
      readonly token: string;
      /** Needed unless one can log in by a passkey or by mail. */
      readonly password?: string | undefined;
      readonly username?: string | undefined;
      /** Where to go then: a path of this site, or it is not used. */
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
  /** Take the place of an account */
  'POST /impersonate': {
    readonly body: {
      /** The id of the account. */
      readonly account: string;
      /** Needed where `impersonation.reason` is on. */
      readonly reason?: string | undefined;
      /** Where to go then: a path of this site, or it is not used. */
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
  /** Go back to the own account */
  'DELETE /impersonate': {
    readonly body?: {
      /** Where to go then: a path of this site, or it is not used. */
      readonly next?: string | undefined;
    };
    readonly answer: {
      /** `out`: the login of the administrator has ended in the meantime. */
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
  /** List the providers, and what is linked */
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
  /** Begin to sign in at a provider */
  'POST /oauth/{id}': {
    readonly params: { readonly id: string };

    readonly body?: {
      /** `link` and `verify` are for who is logged in. Default: `login`. */
      readonly intent?: 'login' | 'link' | 'verify' | undefined;
      /** Whether the login is remembered on this device. Default: no. */
      readonly remember?: boolean | undefined;
      /** Where to go then: a path of this site, or it is not used. */
      readonly next?: string | undefined;
      /** Of `verify`: the only action that it permits. */
      readonly action?: string | undefined;
    };
    readonly answer: {
      readonly status: 'redirect';
      /** Where the browser goes. */
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
  /** Come back from a provider. Providers lead browsers here. */
  'GET /oauth/{provider}/callback': {
    readonly params: { readonly provider: string };
    readonly query?: {
      readonly code?: string | undefined;
      readonly state?: string | undefined;
      readonly iss?: string | undefined;
      readonly error?: string | undefined;
      /** Of what a form has brought. */
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
  /** Receive what a provider sends by a form. Needs no CSRF token: what it brings waits until the browser asks for it. */
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
      /** Where the browser goes. */
      readonly url: string;
    };
    readonly code: 'INPUT_INVALID' | 'OAUTH_PROVIDER_UNKNOWN' | 'TOO_MANY_REQUESTS';
  };
  /** End the sessions of somebody who has logged out at a provider. Called by the provider. */
  'POST /oauth/{provider}/backchannel-logout': {
    readonly params: { readonly provider: string };

    readonly body: {
      readonly logout_token: string;
    };
    readonly answer: Readonly<Record<string, unknown>>;
    readonly code: 'OAUTH_LOGOUT_INVALID' | 'INPUT_INVALID' | 'OAUTH_PROVIDER_UNKNOWN' | 'OAUTH_UNREACHABLE';
  };
  /** Log in, and get tokens. By a password; by the second factor of a login that waits; or, where `tokens.fromSession` is on, by the session of who is logged in. */
  'POST /token': {
    readonly body:
      | {
          /** The address, or the username where there are any. */
          readonly identity: string;
          /** A password; of at most 4096 bytes. */
          readonly password: string;
        }
      | {
          /** The token of a login that waits. */
          readonly pending: string;
          readonly method: 'totp' | 'recovery-code' | 'code' | 'passkey';
          /** Of an authenticator app, a message or a mail, or a recovery code. */
          readonly code?: string | undefined;
          /** Of a passkey: the `flow` of its options. */
          readonly flow?: string | undefined;
          readonly credential?: Credential | undefined;
        }
      | Readonly<Record<string, unknown>>;
    readonly answer:
      | TokenLogin
      | {
          readonly status: 'second-factor';
          readonly methods: FactorMethod[];
          /** The token of a login that waits. */
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
      /** In place of the header. */
      readonly refreshToken?: string | undefined;
    };
    readonly answer: undefined;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'ACCESS_TOKEN_INVALID' | 'IMPERSONATING';
  };
  /** What the client needs for a method of the second factor */
  'POST /token/options': {
    readonly body: {
      /** The token of a login that waits. */
      readonly pending: string;
      /** Default: `passkey`. */
      readonly method?: 'passkey' | 'code' | undefined;
    };
    readonly answer: FactorOptions;
    readonly code: CsrfCode | 'INPUT_INVALID' | 'NOTHING_PENDING' | 'IMPERSONATING';
  };
  /** Have the code of a second factor sent */
  'POST /token/send': {
    readonly body: {
      /** The token of a login that waits. */
      readonly pending: string;
      /** Default: `code`. */
      readonly method?: 'code' | undefined;
      /** One of the telephones of `POST /token/options`. Default: the one used last. */
      readonly id?: string | undefined;
    };
    readonly answer: {
      readonly status: 'sent';
    };
    readonly code: CsrfCode | 'INPUT_INVALID' | 'NOTHING_PENDING' | 'IMPERSONATING' | 'TOO_MANY_REQUESTS';
  };
  /** Exchange a refresh token for the next tokens */
  'POST /token/refresh': {
    readonly body?: {
      /** In place of the header. */
      readonly refreshToken?: string | undefined;
    };
    readonly answer: TokenLogin;
    readonly code: CsrfCode | 'JSON_NEEDED' | 'INPUT_INVALID' | 'REFRESH_TOKEN_INVALID' | 'IMPERSONATING';
  };
}
