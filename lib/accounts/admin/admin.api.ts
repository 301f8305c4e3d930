import type { FeatureApi, Operation } from '../openapi/feature-api.js';
import {
  about,
  count,
  flag,
  listOf,
  named,
  nullable,
  object,
  oneOf,
  open,
  text,
  time,
  type Schema,
} from '../openapi/schema.js';

const summary: Readonly<Record<string, Schema>> = {
  id: text(),
  email: text(),
  emailConfirmedAt: nullable(time),
  username: nullable(text()),
  active: flag,
  roles: listOf(text()),
  locale: nullable(text()),
  createdAt: time,
  updatedAt: time,
  passwordChangedAt: nullable(time),
  loginCount: count,
  lastLogin: nullable(named('TrackedLogin')),
  currentLogin: nullable(named('TrackedLogin')),
  status: about(
    'Whether its owner can log in.',
    oneOf('active', 'disabled', 'frozen', 'deleted', 'locked', 'unconfirmed', 'reset-owed'),
  ),
  hasPassword: flag,
  secondFactorRequired: about('Whether an administrator requires a second factor.', flag),
};

/** Something that is done to an account. @param conflicts why it may not be possible */
function change(
  id: string,
  what: string,
  conflicts: readonly string[] = [],
  more: Pick<Operation, 'body'> & { readonly forbidden?: readonly string[] } = {},
): Operation {
  const { body, forbidden } = more;
  return {
    id,
    summary: what,
    for: 'login',
    ...(body !== undefined && { body }),
    answers: { 200: named('AdministeredAccount') },
    refusals: {
      401: ['VERIFICATION_REQUIRED'],
      ...(forbidden !== undefined && { 403: forbidden }),
      404: ['ACCOUNT_UNKNOWN'],
      ...(conflicts.length > 0 && { 409: conflicts }),
    },
  };
}

export const adminApi: FeatureApi = {
  tag: 'Administration',
  description: 'The accounts of others, for administrators. Other users get a 403.',
  operations: {
    'GET /admin/accounts': {
      id: 'listAccounts',
      summary: 'List accounts, in the order of their ids',
      for: 'login',
      query: {
        search: about('A part of the address or username.', text(320)),
        role: about('Only accounts with this role.', text(400)),
        active: about('Only accounts that are not disabled, or only those that are.', flag),
        after: about('The `next` of the previous page.', text(320)),
        limit: about('The maximum number of accounts, 1 to 200. Default: 50.', { type: 'integer', minimum: 1 }),
      },
      answers: {
        200: object({
          accounts: listOf(named('ListedAccount')),
          next: about('The value of `after` for the next page; null: this is the last one.', nullable(text())),
        }),
      },
      refusals: { 403: ['IMPERSONATING'] },
      hasPage: true,
    },
    'GET /admin/accounts/{id}': {
      id: 'getAdministeredAccount',
      summary: 'Show an account',
      for: 'login',
      answers: { 200: named('AdministeredAccount') },
      refusals: { 403: ['IMPERSONATING'], 404: ['ACCOUNT_UNKNOWN'] },
      hasPage: true,
    },
    'POST /admin/accounts/{id}/disable': change('disableAccount', 'Disable an account', ['LAST_ADMINISTRATOR']),
    'POST /admin/accounts/{id}/enable': change('enableAccount', 'Enable an account'),
    'POST /admin/accounts/{id}/end-sessions': change('endSessionsOfAccount', 'End all sessions of an account'),
    'POST /admin/accounts/{id}/force-reset': change(
      'forceReset',
      'Require a new password, and end all sessions of an account',
      ['NO_PASSWORD', 'RECOVERY_OFF'],
    ),
    'POST /admin/accounts/{id}/require-second-factor': change(
      'requireSecondFactor',
      'Require a second factor of an account, or no longer require it',
      ['NO_SECOND_FACTOR'],
      { body: object({ 'required?': about('Default: yes.', flag) }) },
    ),
    'POST /admin/accounts/{id}/reset-access': change(
      'resetAccess',
      'Reset the access to an account: its owner sets a new password by email',
      ['RECOVERY_OFF'],
      { body: object({ 'factors?': about('Default: `remove`.', oneOf('remove', 'keep')) }) },
    ),
    'POST /admin/accounts/{id}/roles': change('setRoles', 'Set the roles of an account', ['LAST_ADMINISTRATOR'], {
      body: object({ roles: listOf(text(400)) }),
      forbidden: ['ROLE_NOT_GRANTABLE'],
    }),
    'DELETE /admin/accounts/{id}/api-keys/{keyId}': {
      id: 'revokeApiKeyOfAccount',
      summary: 'Revoke an API key of an account',
      for: 'login',
      answers: { 204: null },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 404: ['API_KEY_UNKNOWN'] },
      form: 'POST /admin/accounts/{id}/api-keys/{keyId}/delete',
    },
  },
  schemas: {
    ListedAccount: object(summary),
    AdministeredAccount: object({
      ...summary,
      data: about('The fields that the application declares.', open({})),
      factors: listOf(
        object({
          kind: oneOf('totp', 'passkey', 'phone', 'oauth'),
          name: nullable(text()),
          createdAt: time,
          lastUsedAt: nullable(time),
        }),
      ),
      recoveryCodes: about('How many are left.', count),
      sessions: about('Null: the session store cannot list them.', nullable(listOf(named('Session')))),
      apiKeys: listOf(named('ApiKey')),
    }),
  },
};
