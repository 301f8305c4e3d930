/** Must and must not compile where an application declares nothing about its sessions and users. */
import { AuthService, CurrentUser, Session, SessionModule, type SessionUser } from 'nestjs-session-auth';

export async function worksWithoutDeclarations(session: Session, auth: AuthService): Promise<void> {
  session.set('visits', 1);
  const visits: unknown = session.get('visits');
  await auth.login(session, { id: 'ada' });
  SessionModule.forRoot({ userLoader: (id) => ({ id }) });
}

export function nothingIsDeclared(session: Session, user: SessionUser): void {
  // @ts-expect-error nobody declared it
  const visits = session.visits;
  // @ts-expect-error nobody declared it
  const email = user.email;
}

export class AnyName {
  show(@CurrentUser('email') email: unknown, @Session('cart') cart: unknown): unknown[] {
    return [email, cart];
  }
}
