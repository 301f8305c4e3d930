import type { FeatureApi } from '../openapi/feature-api.js';
import {
  about,
  count,
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
} from '../openapi/schema.js';
import { token } from '../openapi/shared.api.js';

export const accountApi: FeatureApi = {
  tag: 'Account',
  description: 'The data of an account.',
  operations: {
    'GET /account': {
      id: 'getAccount',
      summary: 'Get the account that is logged in',
      for: 'login',
      answers: { 200: named('AccountOverview') },
      hasPage: true,
    },
    'GET /account/export': {
      id: 'exportAccount',
      summary: 'Export the data of the account, without credentials',
      for: 'login',
      answers: { 200: named('AccountExport') },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 403: ['IMPERSONATING'] },
    },
  },
  schemas: {
    AccountOverview: object({
      user: named('User'),
      createdAt: time,
      passwordChangedAt: nullable(time),
      loginCount: count,
      lastLogin: nullable(named('TrackedLogin')),
      currentLogin: nullable(named('TrackedLogin')),
      deletable: about('Whether its owner can delete it.', flag),
    }),
    AccountExport: object({
      account: about('Also contains the fields that the application declares.', open({ id: text(), email: text() })),
      credentials: listOf(
        object({
          kind: text(),
          name: nullable(text()),
          createdAt: time,
          lastUsedAt: nullable(time),
          expiresAt: nullable(time),
        }),
      ),
      sessions: about('Null: the session store cannot list them.', nullable(listOf(named('Session')))),
      audit: about(
        'The rows of the audit log about the account; null: there is no audit log.',
        nullable(
          listOf(
            object({
              sequence: count,
              at: time,
              event: about('The name of the event.', text()),
              accountId: nullable(text()),
              actor: oneOf('self', 'administrator', 'impersonator', 'application', 'unknown'),
              actorId: about('The account that caused it, if that is another one.', nullable(text())),
              address: nullable(text()),
              userAgent: nullable(text()),
              data: about('The other fields of the event; null: they cannot be read.', nullable(open({}))),
            }),
          ),
        ),
      ),
    }),
  },
};

export const deletionApi: FeatureApi = {
  tag: 'Deletion',
  description: 'The deletion of an account.',
  operations: {
    'DELETE /account': {
      id: 'deleteAccount',
      summary: 'Delete the account after a grace time',
      description: 'Ends all sessions at once. The deletion can be undone until then.',
      for: 'login',
      answers: { 202: object({ status: only('deleting'), deleteAt: time }) },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 409: ['CHANGED_MEANWHILE'] },
      form: 'POST /account/delete',
    },
    'POST /account/undo': {
      id: 'undoDeletion',
      summary: 'Undo the deletion, with the link in the email',
      for: 'anybody',
      body: object({ token }),
      answers: { 200: object({ status: only('undone') }) },
    },
  },
  pages: {
    'GET /account/delete': 'The page to delete the account.',
    'GET /account/undo': 'The page of the link.',
  },
};
