import { bool, fn, instance, nullable } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import type { Account } from '../repository/account.js';
import type { JsonValue } from '../repository/json.js';

/** A registration, before anything has been done. @publicApi */
export interface RegistrationRequest {
  readonly email: string;
  readonly username: string | null;
  /** The declared fields of the request. */
  readonly fields: Readonly<Record<string, JsonValue>>;
  /** The client's network address; empty: unknown. */
  readonly address: string;
  readonly userAgent: string;
  /** The body as it was sent, for example with the response to a captcha; untrusted. */
  readonly body: unknown;
}

/** Checks one field: returns the value to store, or undefined to reject it. @publicApi */
export type FieldCheck = (value: unknown) => JsonValue | undefined;

/** How accounts are created by those who are to have them. */
export const registrationOptions = group(
  'Registration.',
  {
    enabled: option({
      env: 'SECURITY_REGISTERABLE',
      kind: bool(),
      default: false,
      meaning: 'Whether anyone can create an account.',
    }),
    fields: option<Readonly<Record<string, FieldCheck>>>({
      env: null,
      kind: instance('an object with a function for each field', isChecks),
      default: {},
      defaultText: 'none',
      meaning:
        'Your own fields of a registration, by name: functions that return the value to store, or `undefined` to reject it. Undeclared fields are ignored.',
    }),
    admit: option<((request: RegistrationRequest) => boolean | Promise<boolean>) | null>({
      env: null,
      kind: nullable(fn('a function (request) => true or false')),
      default: null,
      defaultText: 'everyone is admitted',
      meaning:
        'Decides whether a registration is accepted, before anything else is done, for example by a captcha or an invitation code.',
    }),
    beforeRegister: option<((request: RegistrationRequest) => unknown) | null>({
      env: null,
      kind: nullable(fn('a function (request)')),
      default: null,
      defaultText: 'none',
      meaning: 'Called and awaited before an account is created. If it throws, none is.',
    }),
    afterRegister: option<((account: Account) => unknown) | null>({
      env: null,
      kind: nullable(fn('a function (account)')),
      default: null,
      defaultText: 'none',
      meaning: 'Called and awaited after an account has been created. An error is logged.',
    }),
  },
  'enabled',
);

function isChecks(value: unknown): value is Readonly<Record<string, FieldCheck>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'function');
}
