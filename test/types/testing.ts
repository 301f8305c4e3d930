/** Must and must not compile: the testing kit, with what `augmentation.ts` declares. */
import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import type { DeviceSession, SessionUser } from 'nestjs-session-auth';
import {
  fakeClock,
  sessionTesting,
  TestCookies,
  type CookieHolder,
  type SeenSession,
} from 'nestjs-session-auth/testing';
import { SessionModule } from 'nestjs-session-auth';
import type { Server } from 'node:http';
import supertest from 'supertest';
import type { Item } from './augmentation.js';

declare const app: INestApplication<Server>;
declare const context: INestApplicationContext;
/** As Playwright has it, whose types need those of the DOM. */
declare const browserContext: {
  addCookies(
    cookies: readonly { name: string; value: string; url?: string; sameSite?: 'Lax' | 'Strict' | 'None' }[],
  ): Promise<void>;
};
const ada: SessionUser = { id: 'ada', email: 'ada@example.com' };

export async function signsIn(): Promise<void> {
  const kit = sessionTesting(app);
  const cookies: TestCookies = await kit.signIn(ada, { remember: true, fresh: false, data: { cart: [], other: 1 } });
  await kit.signIn('ada', { device: { userAgent: 'Firefox' }, factors: ['pwd', 'otp'], idleTimeout: '10m' });
  // @ts-expect-error an agent of supertest is not known by its address alone
  await kit.signIn('ada', { device: { address: '127.0.0.1' } });
  // @ts-expect-error a cart holds items
  await kit.signIn('ada', { data: { cart: [1] } });
  // @ts-expect-error there is no id
  await kit.signIn({ email: 'ada@example.com' });

  const agent = await kit.signInAgent(supertest.agent(app.getHttpServer()), ada);
  await agent.get('/me').expect(200);
  await browserContext.addCookies(cookies.forBrowser('http://127.0.0.1:3000'));
}

export async function looksAndEdits(holder: CookieHolder): Promise<void> {
  const kit = sessionTesting(context);
  const seen: SeenSession | null = await kit.session('session=…');
  const cart: Item[] | undefined = seen?.data.cart;
  const other: unknown = seen?.data['other'];
  await kit.transaction(holder, (session) => {
    session.cart = [{ sku: 'tea', qty: 1 }];
    // @ts-expect-error a number
    session.visits = 'many';
  });
  const cookies: TestCookies = await kit.transaction('', (session) => session.set('visits', 1));
  const devices: DeviceSession[] = await kit.sessionsOf('ada');
}

const clock = fakeClock(new Date());
clock.advance('31m');
clock.advance(1_000);
export const sessions = SessionModule.forRoot({ clock: clock.now });
