import type { FeatureApi } from '../openapi/feature-api.js';
import { about, count, either, listOf, named, object, oneOf, only, text } from '../openapi/schema.js';
import { factorFields, password, sent } from '../openapi/shared.api.js';

const pending = about('The token of a pending login.', text(512));
const refreshToken = about('Instead of the header.', text());

export const tokenApi: FeatureApi = {
  tag: 'Tokens',
  description: 'Access tokens and refresh tokens for clients without cookies.',
  operations: {
    'POST /token': {
      id: 'issueTokens',
      summary: 'Log in, and get tokens',
      description:
        'With a password, with the second factor of a pending login, or, if `tokens.fromSession` is on, with the session of the user.',
      for: 'anybody',
      body: either(
        object({ identity: about('The email address, or the username if accounts have them.', text(1024)), password }),
        object({ pending, method: oneOf('totp', 'recovery-code', 'code', 'passkey'), ...factorFields }),
        object({}),
      ),
      answers: {
        200: either(
          named('TokenLogin'),
          object({
            status: only('second-factor'),
            methods: listOf(named('FactorMethod')),
            pending,
          }),
          named('EnrollmentOwed'),
        ),
      },
      refusals: {
        400: ['JSON_NEEDED'],
        401: ['INVALID_CREDENTIALS', 'CODE_WRONG', 'NOTHING_PENDING'],
        501: ['SESSIONS_NOT_LISTED'],
      },
      isLimited: true,
    },
    'POST /token/options': {
      id: 'getTokenOptions',
      summary: 'Get what the client needs for a second factor',
      for: 'anybody',
      body: object({ pending, 'method?': about('Default: `passkey`.', oneOf('passkey', 'code')) }),
      answers: { 200: named('FactorOptions') },
      refusals: { 401: ['NOTHING_PENDING'] },
    },
    'POST /token/send': {
      id: 'sendTokenCode',
      summary: 'Send the code of a second factor',
      for: 'anybody',
      body: object({
        pending,
        'method?': about('Default: `code`.', oneOf('code')),
        'id?': about('One of the phones of `POST /token/options`. Default: the last one used.', text(64)),
      }),
      answers: { 202: sent },
      refusals: { 401: ['NOTHING_PENDING'] },
      isLimited: true,
    },
    'POST /token/refresh': {
      id: 'refreshTokens',
      summary: 'Exchange a refresh token for new tokens',
      for: 'token',
      body: object({ 'refreshToken?': refreshToken }),
      answers: { 200: named('TokenLogin') },
      refusals: { 400: ['JSON_NEEDED'], 401: ['REFRESH_TOKEN_INVALID'] },
    },
    'DELETE /token': {
      id: 'revokeTokens',
      summary: 'End the login of an access token or a refresh token',
      for: 'token',
      body: object({ 'refreshToken?': refreshToken }),
      answers: { 204: null },
      refusals: { 401: ['ACCESS_TOKEN_INVALID'] },
    },
  },
  schemas: {
    TokenLogin: about(
      'The user is logged in.',
      object({
        status: only('in'),
        user: named('User'),
        tokenType: only('Bearer'),
        accessToken: text(),
        expiresIn: about('How long the access token is valid, in seconds.', count),
        refreshToken: about('Can be exchanged once for new tokens.', text()),
        refreshExpiresIn: about('How long the refresh token is valid, in seconds.', count),
      }),
    ),
  },
};
