/** cookie-session: the whole session in a signed cookie, no store. */
import session from 'cookie-session';
import { SECRET } from './data.mjs';
import { requestSessionRoutes } from './request-session.mjs';

const replace = (value) => async (request) => {
  request.session = value;
};

export const application = () => ({
  routes: requestSessionRoutes({ regenerate: replace({}), destroy: replace(null) }),
  setUp: (app) => app.use(session({ name: 'session', keys: [SECRET], httpOnly: true, sameSite: 'lax', secure: false })),
});
