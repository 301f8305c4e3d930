import {
  about,
  either,
  flag,
  listOf,
  named,
  nullable,
  object,
  oneOf,
  only,
  open,
  text,
  time,
  type Schema,
} from './schema.js';

/** Fields that many bodies have. */
export const email = about('An email address.', text());
export const password = about('A password of at most 4096 bytes.', text());
export const token = about('The token in the link of the email.', text(512));
export const remember = about('Whether the login is remembered on this device. Default: no.', flag);
export const next = about('Where to go afterwards: a URL of this site; others are ignored.', text());

/** The fields by which a second factor is proved, or another one in its place. */
export const factorFields: Readonly<Record<string, Schema>> = {
  'code?': about('The code of an authenticator app, from a text message or an email, or a recovery code.', text(64)),
  'flow?': about('For a passkey: the `flow` of its options.', text(512)),
  'credential?': named('Credential'),
};

/** The same as what a route answers that sends something. */
export const sent = object({ status: only('sent') });

/** The schemas that several features need. */
export const sharedSchemas: Readonly<Record<string, Schema>> = {
  User: about(
    'An account, as in responses. If the application sets `payload`, it is what that returns.',
    open({
      id: text(),
      email: text(),
      emailConfirmed: flag,
      username: nullable(text()),
      roles: listOf(text()),
    }),
  ),
  LoggedIn: about(
    'The user is logged in.',
    object({ status: only('in'), user: named('User'), next: about('Where to go now: a path of this site.', text()) }),
  ),
  FactorMethod: oneOf('totp', 'recovery-code', 'code', 'passkey'),
  SecondFactorOwed: about(
    'The login is pending until a second factor is proved, for ten minutes.',
    object({ status: only('second-factor'), methods: listOf(named('FactorMethod')) }),
  ),
  EnrollmentOwed: about(
    'The account needs a second factor and has none: the login is pending until one is set up.',
    object({ status: only('enroll'), methods: listOf(named('FactorMethod')) }),
  ),
  Pending: either(named('SecondFactorOwed'), named('EnrollmentOwed')),
  Arrival: about('The state of a login.', either(named('LoggedIn'), named('Pending'))),
  EnabledFactor: about('A factor that is now enabled.', object({ status: only('enabled'), id: text() })),
  AccountChanged: object({ status: only('changed'), user: named('User') }),
  TrackedLogin: object({ at: time, ip: nullable(text()) }),
};

/** What can be wrong with a field. */
export const fieldCodes: readonly string[] = [
  'REQUIRED',
  'NOT_TEXT',
  'NOT_BOOLEAN',
  'NOT_NUMBER',
  'NOT_LIST',
  'TOO_LONG',
  'CHOICE_UNKNOWN',
  'FIELD_INVALID',
  'EMAIL_INVALID',
  'EMAIL_TAKEN',
  'EMAIL_SAME',
  'USERNAME_INVALID',
  'USERNAME_TAKEN',
  'USERNAME_SAME',
  'PASSWORD_INVALID',
  'PASSWORD_TOO_SHORT',
  'PASSWORD_TOO_LONG',
  'PASSWORD_COMMON',
  'PASSWORD_BREACHED',
  'PASSWORD_CONTEXT',
  'PASSWORD_TOO_SIMPLE',
  'PASSWORD_UNCHECKED',
  'PASSWORD_WRONG',
  'PASSWORD_SAME',
  'PASSWORD_NEEDED',
  'WRONG_PASSWORD',
  'TOKEN_INVALID',
  'CODE_INVALID',
  'CODE_WRONG',
  'METHOD_UNKNOWN',
  'FACTOR_UNKNOWN',
  'FACTOR_WRONG',
  'SECOND_FACTOR_NEEDED',
  'FLOW_INVALID',
  'CREDENTIAL_INVALID',
  'PASSKEY_TAKEN',
  'PHONE_INVALID',
  'PHONE_COUNTRY',
  'PHONE_NOT_MOBILE',
  'PHONE_SAME',
  'SCOPE_UNKNOWN',
  'DAYS_INVALID',
  'ROLE_UNKNOWN',
];
