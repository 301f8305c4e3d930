/** Must and must not compile: logging in and out, confirming, and what is known of it. */
import type { ExecutionContext } from '@nestjs/common';
import {
  AuthService,
  Session,
  SessionModule,
  type ConfirmOptions,
  type LoginOptions,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import './augmentation.js';

const options: LoginOptions = {
  remember: true,
  duration: '30d',
  fresh: false,
  factors: ['pwd', 'otp'],
  force: true,
  idleTimeout: 900,
  absoluteTimeout: null,
};
const confirmation: ConfirmOptions = { factors: ['otp'], action: 'delete account' };

export async function login(auth: AuthService, session: Session, user: SessionUser): Promise<void> {
  await auth.login(session, user, options);
  // What comes from a form may be missing.
  await auth.login(session, user, { remember: undefined, duration: undefined, factors: undefined, force: undefined });
  // @ts-expect-error there is no such option
  await auth.login(session, user, { remembered: true });
  // @ts-expect-error a duration is a number of seconds or a text
  await auth.login(session, user, { duration: new Date() });
  // @ts-expect-error a list
  await auth.login(session, user, { factors: 'pwd' });
  // @ts-expect-error yes or no
  await auth.login(session, user, { remember: 'on' });
  // @ts-expect-error there is nobody
  await auth.login(session, null);
  // @ts-expect-error it needs a session
  await auth.login(user);

  await auth.confirm(session);
  await auth.confirm(session, confirmation);
  // @ts-expect-error an action is a text
  await auth.confirm(session, { action: 7 });
  // @ts-expect-error there is no such option
  await auth.confirm(session, { actions: 'delete account' });
  await auth.logout(session);
}

export async function whoIsThere(auth: AuthService, session: Session, context: ExecutionContext): Promise<void> {
  const id: UserId | null = auth.userId(session);
  const user: SessionUser | null = await auth.user(context);
  // @ts-expect-error nobody may be there
  const email: string = user.email;
  // @ts-expect-error nobody may be there
  const somebody: UserId = auth.userId(session);
  const isRemembered: boolean = auth.isRemembered(session) && auth.isRestored(session);
}

export const accepted = [
  SessionModule.forRoot({ isActive: ({ email }) => email !== '' }),
  SessionModule.forRoot({ isActive: async () => Promise.resolve(false) }),
  SessionModule.forRoot({ rolesOf: () => ['admin'], permissionsOf: async () => Promise.resolve(new Set(['read'])) }),
  SessionModule.forRoot({ factorsOf: () => ['pwd', 'otp'], freshFor: '15m', userIdField: 'uuid' }),
  SessionModule.forRoot({ freshFor: null, redirects: { refusal: 'json' }, anonymousUser: () => ({ name: 'Guest' }) }),
];

// @ts-expect-error nobody declared it
SessionModule.forRoot({ rolesOf: (user) => user.roles });
// @ts-expect-error yes or no
SessionModule.forRoot({ isActive: () => 'yes' });
// @ts-expect-error names
SessionModule.forRoot({ permissionsOf: () => [1, 2] });
// @ts-expect-error there is no such refusal
SessionModule.forRoot({ redirects: { refusal: 'sometimes' } });
// @ts-expect-error it makes a user
SessionModule.forRoot({ anonymousUser: { name: 'Guest' } });
// @ts-expect-error the name of a field
SessionModule.forRoot({ userIdField: 7 });
