import type { FeatureApi } from '../openapi/feature-api.js';
import { about, listOf, named, nullable, object, text, time, type Schema } from '../openapi/schema.js';

const key: Readonly<Record<string, Schema>> = {
  id: text(),
  name: nullable(text()),
  scopes: listOf(text()),
  createdAt: time,
  lastUsedAt: about('Accurate to a minute; null: never.', nullable(time)),
  expiresAt: about('Null: valid until it is revoked.', nullable(time)),
};

export const apiKeysApi: FeatureApi = {
  tag: 'API keys',
  description: 'Keys with which programs use an account.',
  operations: {
    'GET /api-keys': {
      id: 'listApiKeys',
      summary: 'List the API keys',
      for: 'login',
      answers: { 200: listOf(named('ApiKey')) },
      hasPage: true,
    },
    'POST /api-keys': {
      id: 'createApiKey',
      summary: 'Create an API key',
      for: 'login',
      body: object({
        'name?': text(200),
        scopes: about('Some of those in the option `apiKeys.scopes`.', listOf(text())),
        'days?': about('The number of days that it is valid. Default: the maximum.', {
          type: 'integer',
          minimum: 1,
        }),
      }),
      answers: { 201: named('CreatedApiKey') },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 409: ['TOO_MANY_API_KEYS', 'CHANGED_MEANWHILE'] },
    },
    'DELETE /api-keys/{id}': {
      id: 'revokeApiKey',
      summary: 'Revoke an API key',
      for: 'login',
      answers: { 204: null },
      refusals: { 404: ['API_KEY_UNKNOWN'] },
      form: 'POST /api-keys/{id}/delete',
    },
  },
  schemas: {
    ApiKey: object(key),
    CreatedApiKey: object({ ...key, key: about('The key itself. It is not stored, and only shown now.', text()) }),
  },
};
