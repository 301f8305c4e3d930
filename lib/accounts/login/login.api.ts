import type { FeatureApi } from '../openapi/feature-api.js';
import { about, flag, named, nullable, object, only, text } from '../openapi/schema.js';
import { next, password, remember } from '../openapi/shared.api.js';

export const loginApi: FeatureApi = {
  tag: 'Login',
  description: 'The current user, login with a password, and logout.',
  operations: {
    'GET /': {
      id: 'getOverview',
      summary: 'Get the features that are on, and who is logged in',
      description: 'At the prefix itself, without a trailing slash. Starts no session.',
      for: 'anybody',
      answers: { 200: named('Overview') },
    },
    'POST /login': {
      id: 'logIn',
      summary: 'Log in with a password',
      description:
        'The response to a wrong password is the same as for an account that does not exist or may not log in.',
      for: 'anybody',
      body: object({
        identity: about('The email address, or the username if accounts have them.', text(1024)),
        password,
        'remember?': remember,
        'next?': next,
      }),
      answers: { 200: named('Arrival') },
      refusals: { 401: ['INVALID_CREDENTIALS'], 409: ['ALREADY_IN'] },
      isLimited: true,
    },
    'POST /logout': {
      id: 'logOut',
      summary: 'Log out',
      for: 'anybody',
      answers: {
        200: about(
          'The URL at which the provider of the login ends its own session.',
          object({ status: only('out'), next: text() }),
        ),
        204: null,
      },
    },
  },
  pages: { 'GET /login': 'The page to log in.', 'GET /style.css': 'The style sheet of the pages.' },
  schemas: {
    Overview: object({
      features: named('Features'),
      user: about('Who is logged in; null: nobody.', nullable(named('User'))),
      pending: about('The pending login of this session; null: none.', nullable(named('Pending'))),
      impersonator: about('The administrator who impersonates `user`; null: nobody.', nullable(named('User'))),
      csrfToken: about(
        'For the header `x-csrf-token`, if `csrf.mode` is `token` and there is a session; otherwise null.',
        nullable(text()),
      ),
    }),
    Features: about(
      'The features that are on.',
      object({
        mailLogin: flag,
        emailChange: flag,
        usernameChange: flag,
        registration: flag,
        confirmation: flag,
        recovery: flag,
        verify: flag,
        passwordChange: flag,
        passkeys: flag,
        passkeyLogin: flag,
        sessions: flag,
        deletion: flag,
        factors: flag,
        totp: flag,
        sms: flag,
        recoveryCodes: flag,
        trustedDevices: flag,
        apiKeys: flag,
        usernames: flag,
        oauth: flag,
        impersonation: flag,
        tokens: flag,
      }),
    ),
  },
};
