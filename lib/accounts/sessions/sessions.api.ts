import type { FeatureApi } from '../openapi/feature-api.js';
import { about, flag, listOf, named, nullable, object, oneOf, only, text, time } from '../openapi/schema.js';

const ended = object({ status: only('ended') });

export const sessionsApi: FeatureApi = {
  tag: 'Sessions',
  description: 'The sessions and trusted devices of an account.',
  operations: {
    'GET /sessions': {
      id: 'listSessions',
      summary: 'List the sessions and trusted devices',
      for: 'login',
      answers: { 200: listOf(named('Session')) },
      refusals: { 501: ['SESSIONS_NOT_LISTED'] },
      hasPage: true,
    },
    'DELETE /sessions': {
      id: 'endOtherSessions',
      summary: 'End all other sessions, remembered logins and trusted devices',
      for: 'login',
      answers: { 200: ended },
      refusals: { 401: ['VERIFICATION_REQUIRED'], 409: ['CHANGED_MEANWHILE'] },
      form: 'POST /sessions/delete',
    },
    'DELETE /sessions/{publicId}': {
      id: 'endSession',
      summary: 'End a session, or stop trusting a device',
      for: 'login',
      answers: { 200: ended },
      refusals: { 404: ['SESSION_UNKNOWN'], 501: ['SESSIONS_NOT_LISTED'] },
      form: 'POST /sessions/{publicId}/delete',
    },
  },
  schemas: {
    Session: object({
      publicId: about('Identifies it, and gives access to nothing.', text()),
      kind: about(
        '`session`: the account is logged in there. `trusted-device`: no second factor is required there.',
        oneOf('session', 'trusted-device'),
      ),
      device: object({ browser: nullable(text()), system: nullable(text()) }),
      address: about('The network address that last used it.', nullable(text())),
      createdAt: time,
      lastUsedAt: nullable(time),
      expiresAt: nullable(time),
      remembered: about('Whether remember-me started it, or will continue it.', flag),
      impersonated: about('Whether an administrator impersonates the user in it.', flag),
      current: about('Whether it is the session of this request.', flag),
    }),
  },
};
