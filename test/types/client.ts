/** Must and must not compile: the client of the routes of accounts. */
import { AuthClient, isErrorOf, type Arrival, type AuthErrorCode, type Session } from 'nestjs-session-auth/client';

declare module 'nestjs-session-auth/client' {
  interface User {
    readonly company: string;
  }
}

const auth = new AuthClient({
  baseUrl: 'https://shop.example/auth',
  fetch,
  headers: () => ({ origin: 'https://shop.example' }),
});

export async function routes(signal: AbortSignal): Promise<void> {
  const arrival: Arrival = await auth.post('/login', { body: { identity: 'ada', password: 'secret' }, signal });
  if (arrival.status === 'in') {
    const { email, company }: { email: string; company: string } = arrival.user;
    // @ts-expect-error there is no second factor to prove
    console.log(email, company, arrival.methods);
  } else {
    const methods: ('totp' | 'recovery-code' | 'code' | 'passkey')[] = arrival.methods;
    console.log(methods);
  }
  const sessions: Session[] = await auth.get('/sessions');
  const place: string | undefined = (await auth.post('/logout'))?.next;
  await auth.get('/admin/accounts', { query: { active: true, role: undefined } });
  const nothing: undefined = await auth.delete('/factors/{id}', { params: { id: '1' } });
  // The fields of the application.
  await auth.post('/register', { body: { email: 'ada@example.com', password: 'secret', company: 'Engines' } });
  // What is optional may be undefined.
  await auth.post('/login', { body: { identity: 'ada', password: 'secret', next: undefined } });
  const scopes: readonly string[] = ['orders:read'];
  await auth.post('/api-keys', { body: { scopes } });
  console.log(sessions, place, nothing);

  // @ts-expect-error there is no such route
  await auth.post('/log-in', { body: {} });
  // @ts-expect-error it has another method
  await auth.get('/logout');
  // @ts-expect-error a page is nothing for scripts
  await auth.get('/login');
  // @ts-expect-error the twin is for forms
  await auth.post('/factors/{id}/delete', { params: { id: '1' } });
  // @ts-expect-error the password is missing
  await auth.post('/login', { body: { identity: 'ada' } });
  // @ts-expect-error there is no such field
  await auth.post('/recover', { body: { email: 'ada@example.com', mail: 'ada@example.com' } });
  // @ts-expect-error the id is missing
  await auth.delete('/factors/{id}');
}

export function errors(error: unknown): AuthErrorCode | null {
  if (isErrorOf(error, 'POST /login')) {
    if (error.code === 'INVALID_CREDENTIALS') return error.code;
    // @ts-expect-error this route has no such code
    if (error.code === 'LAST_FACTOR') return null;
    const codes: readonly string[] | undefined = error.fields?.['identity'];
    const wait: number | null = error.retryAfter;
    console.log(codes, wait);
  }
  // @ts-expect-error there is no such route
  return isErrorOf(error, 'POST /log-in') ? null : null;
}
