import type { FeatureApi } from '../openapi/feature-api.js';
import {
  about,
  either,
  listOf,
  named,
  nullable,
  object,
  oneOf,
  only,
  text,
  time,
  type Schema,
} from '../openapi/schema.js';
import { next, remember } from '../openapi/shared.api.js';

const provider = { provider: 'The name of the provider in the settings.' };

/** What a provider says by way of the browser. */
const response: Readonly<Record<string, Schema>> = {
  code: text(4096),
  state: text(4096),
  iss: text(4096),
  error: text(4096),
};

const redirect = object({ status: only('redirect'), url: about('Where the browser has to go.', text()) });

export const oauthApi: FeatureApi = {
  tag: 'Sign-in with other providers',
  description: 'Login with an account at another provider, and links to such accounts.',
  operations: {
    'GET /oauth': {
      id: 'listProviders',
      summary: 'List the providers and the linked accounts',
      for: 'login',
      answers: {
        200: object({
          providers: listOf(object({ name: text(), label: text() })),
          links: listOf(named('OAuthLink')),
        }),
      },
      hasPage: true,
    },
    'POST /oauth/{id}': {
      id: 'beginOAuth',
      summary: 'Start a sign-in at a provider',
      for: 'anybody',
      params: { id: provider.provider },
      body: object({
        'intent?': about('`link` and `verify` require a login. Default: `login`.', oneOf('login', 'link', 'verify')),
        'remember?': remember,
        'next?': next,
        'action?': about('For `verify`: the action to confirm.', text(200)),
      }),
      answers: { 200: redirect },
      refusals: {
        401: ['VERIFICATION_REQUIRED', 'OAUTH_FAILED'],
        403: ['OAUTH_DENIED'],
        404: ['OAUTH_PROVIDER_UNKNOWN'],
        409: ['ALREADY_IN'],
        503: ['OAUTH_UNREACHABLE'],
      },
      isLimited: true,
    },
    'GET /oauth/{provider}/callback': {
      id: 'returnFromProvider',
      summary: 'Return from a provider',
      description: 'Providers redirect browsers here.',
      for: 'anybody',
      params: provider,
      query: { ...response, response: about('Identifies a response that arrived as a form.', text()) },
      answers: {
        200: either(named('Arrival'), object({ status: oneOf('linked', 'verified'), next: text() })),
        303: object({ status: only('in') }),
      },
      refusals: {
        401: ['OAUTH_FLOW_INVALID', 'OAUTH_FAILED', 'OAUTH_REFUSED'],
        403: ['OAUTH_DENIED', 'OAUTH_NOT_REGISTERED', 'OAUTH_EMAIL_UNCONFIRMED', 'IMPERSONATING'],
        404: ['OAUTH_PROVIDER_UNKNOWN'],
        409: [
          ...['OAUTH_OTHER_ACCOUNT', 'OAUTH_TAKEN', 'OAUTH_EMAIL_TAKEN', 'USERNAME_TAKEN'],
          ...['TOO_MANY_FACTORS', 'CHANGED_MEANWHILE'],
        ],
        503: ['OAUTH_UNREACHABLE'],
      },
      hasPage: true,
    },
    'POST /oauth/{provider}/callback': {
      id: 'receiveFromProvider',
      summary: 'Receive the response of a provider as a form',
      description: 'Needs no CSRF token: the response is kept until the browser requests it.',
      for: 'anybody',
      isExempt: true,
      params: provider,
      body: object(Object.fromEntries(Object.entries(response).map(([name, schema]) => [`${name}?`, schema]))),
      answers: { 200: redirect },
      refusals: { 404: ['OAUTH_PROVIDER_UNKNOWN'] },
      isLimited: true,
    },
    'POST /oauth/{provider}/backchannel-logout': {
      id: 'endByProvider',
      summary: 'End the sessions of a user who has logged out at a provider',
      description: 'Called by the provider.',
      for: 'anybody',
      isExempt: true,
      params: provider,
      body: object({ logout_token: text(16_384) }),
      answers: { 200: object({}) },
      refusals: { 400: ['OAUTH_LOGOUT_INVALID'], 404: ['OAUTH_PROVIDER_UNKNOWN'], 503: ['OAUTH_UNREACHABLE'] },
    },
    'DELETE /oauth/{id}': {
      id: 'unlinkProvider',
      summary: 'Remove the link to an account at a provider',
      description: 'Ends the other sessions of the account.',
      for: 'login',
      answers: { 200: object({ status: only('removed') }) },
      refusals: {
        401: ['VERIFICATION_REQUIRED'],
        404: ['FACTOR_UNKNOWN'],
        409: ['LAST_FACTOR', 'CHANGED_MEANWHILE'],
      },
      form: 'POST /oauth/{id}/delete',
    },
  },
  schemas: {
    OAuthLink: object({
      id: text(),
      provider: text(),
      name: about('A name of the account there that its owner recognises; null: unknown.', nullable(text())),
      createdAt: time,
      lastUsedAt: nullable(time),
    }),
  },
};
