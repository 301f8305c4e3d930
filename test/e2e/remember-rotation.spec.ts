import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import type { CookieJar } from '../support/jar.js';
import { afterGrace, clearing, linesOf, minute, RememberPlace, rememberCookieOf, times } from './remember-app.js';

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: RememberPlace;
  beforeEach(async () => {
    place = await RememberPlace.start({ platform });
  });
  afterEach(() => place.stop());

  /** What somebody has who copied the jar's remember cookie: that, and no session. */
  function copyOf(jar: CookieJar): CookieJar {
    return place.withCookie(rememberCookieOf(jar));
  }

  async function expectNobody(jar: CookieJar): Promise<void> {
    const response = await jar.fetch('/who');
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ user: null })]);
  }

  describe('a token', () => {
    it('is good for one use: each restore gives another one', async () => {
      const jar = await place.away();
      const tokens = [rememberCookieOf(jar)];
      for (let turn = 0; turn < 3; turn++) {
        jar.set('session', '');
        expect(await place.who(jar)).toMatchObject({ user: 7 });
        tokens.push(rememberCookieOf(jar));
        place.pass(minute);
      }
      expect(new Set(tokens).size).toBe(4);
    });

    it('leads to the same session and the same successor for the grace time, also when that has been in use', async () => {
      const away = await place.away();
      const late = [copyOf(away), copyOf(away), copyOf(away)];
      const first = await place.who(away);
      for (const jar of late) {
        place.pass(9_000);
        await place.who(away);
        expect(await place.who(jar)).toEqual(first);
        expect([jar.get('session'), rememberCookieOf(jar)]).toEqual([away.get('session'), rememberCookieOf(away)]);
      }
      expect(place.heard.of('remembered')).toHaveLength(1);
      expect(place.heard.of('login')).toHaveLength(1);
    });

    it('standards.md 8 row 14: is honoured once more after it where the answer got lost, with another successor', async () => {
      const away = await place.away();
      const lost = copyOf(away);
      const answer = await lost.fetch('/who');
      expect(await answer.json()).toMatchObject({ user: 7 });
      place.pass(afterGrace);

      expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
      expect(rememberCookieOf(away)).not.toBe(rememberCookieOf(lost));
      expect(place.heard.of('rememberStolen')).toEqual([]);
      // Whoever has that answer did not get it from us: its session is over.
      expect(await place.userAt(lost.get('session'))).toBeNull();
    });

    it('that was honoured once more is so for twenty requests at once', async () => {
      const away = await place.away();
      await copyOf(away).fetch('/who');
      place.pass(afterGrace);
      place.forget();
      const seen = await times(20, async () => {
        const jar = copyOf(away);
        const { user } = await place.who(jar);
        return JSON.stringify([user, jar.get('session'), rememberCookieOf(jar)]);
      });
      expect(new Set(seen).size).toBe(1);
      expect([place.heard.of('remembered').length, place.heard.of('rememberStolen').length]).toEqual([1, 0]);
    });
  });

  describe('a copy', () => {
    it('shown after the grace time ends the login: its sessions, its tokens, and tells of it', async () => {
      const victim = await place.away();
      const thief = copyOf(victim);
      await place.who(victim);
      await place.who(victim);
      place.pass(afterGrace);
      place.forget();

      const response = await thief.fetch('/who');
      expect(await response.json()).toMatchObject({ user: null });
      expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
      expect(place.heard.all.filter(({ name }) => name !== 'destroyed')).toEqual([
        { name: 'rememberStolen', event: { userId: 7, address: '127.0.0.1', sessions: 2 } },
      ]);
      const token = rememberCookieOf(victim);
      const next = await victim.fetch('/who');
      expect(await next.json()).toMatchObject({ user: null });
      expect(linesOf(next)).toEqual([expect.stringMatching(clearing)]);
      await expectNobody(place.withCookie(token));
    });

    it('that was used first is noticed when its owner comes back: the session that it got is over', async () => {
      const victim = await place.away();
      const thief = copyOf(victim);
      await place.who(thief);
      await place.who(thief);
      place.pass(afterGrace);

      await expectNobody(victim);
      expect(place.heard.of('rememberStolen')).toHaveLength(1);
      await expectNobody(thief);
    });

    it('that was used first is noticed also where the thief keeps the next token to himself, and uses the session', async () => {
      const victim = await place.away();
      const thief = copyOf(victim);
      await place.who(thief);
      const session = place.jar();
      session.set('session', String(thief.get('session')));
      await place.who(session);
      place.pass(afterGrace);

      await expectNobody(victim);
      expect(place.heard.of('rememberStolen')).toHaveLength(1);
      expect(await place.userAt(thief.get('session'))).toBeNull();
    });

    it('that was used first, and never again, gets nothing out of it once the owner is back', async () => {
      const victim = await place.away();
      const thief = copyOf(victim);
      await place.who(thief);
      place.pass(afterGrace);

      expect(await place.who(victim)).toMatchObject({ user: 7 });
      expect(await place.userAt(thief.get('session'))).toBeNull();
      await place.who(victim);
      // And his next token gives him away.
      thief.set('session', '');
      await expectNobody(thief);
      expect(place.heard.of('rememberStolen')).toHaveLength(1);
    });

    it('of a token before the last one is noticed at once, grace or not', async () => {
      const victim = await place.away();
      const thief = copyOf(victim);
      for (let turn = 0; turn < 2; turn++) {
        victim.set('session', '');
        await place.who(victim);
      }
      await expectNobody(thief);
      expect(place.heard.of('rememberStolen')).toHaveLength(1);
    });

    it('shown by twenty requests at once is told of once', async () => {
      const victim = await place.away();
      const thief = copyOf(victim);
      await place.who(victim);
      await place.who(victim);
      place.pass(afterGrace);
      const answers = await times(20, async () => (await place.who(thief.copy())).user);
      expect(new Set(answers)).toEqual(new Set([null]));
      expect(place.heard.of('rememberStolen')).toEqual([{ userId: 7, address: '127.0.0.1', sessions: 2 }]);
      await expectNobody(victim);
    });

    it("leaves the user's other devices alone, remembered or not", async () => {
      const [phone, desktop, victim] = [await place.away(), await place.remembered(), await place.away()];
      const thief = copyOf(victim);
      await place.who(victim);
      await place.who(victim);
      place.pass(afterGrace);
      await expectNobody(thief);
      expect([(await place.who(phone)).user, (await place.who(desktop)).user]).toEqual([7, 7]);
    });
  });

  it('goes by REMEMBER_GRACE', async () => {
    await place.stop();
    place = await RememberPlace.start({ platform, options: { remember: { grace: '2m' } } });
    const away = await place.away();
    const [late, tooLate] = [copyOf(away), copyOf(away)];
    await place.who(away);
    await place.who(away);
    place.pass(2 * minute - 1);
    expect(await place.who(late)).toMatchObject({ user: 7 });
    place.pass(1);
    await expectNobody(tooLate);
    expect(place.heard.of('rememberStolen')).toHaveLength(1);
  });

  it('lets stragglers in also where the sessions are in cookies, which nobody can find', async () => {
    await place.stop();
    const options = { store: null, type: 'cookie', sealed: { revocations: 'memory' } } as const;
    place = await RememberPlace.start({ platform, options });
    const away = await place.away();
    const late = [copyOf(away), copyOf(away)];
    const thief = copyOf(away);
    await place.who(away);
    await place.who(away);
    for (const jar of late) expect(await place.who(jar)).toMatchObject({ user: 7, remembered: true });
    expect(new Set([away, ...late].map((jar) => rememberCookieOf(jar))).size).toBe(1);
    place.pass(afterGrace);
    await expectNobody(thief);
    expect(place.heard.of('rememberStolen')).toEqual([{ userId: 7, address: '127.0.0.1', sessions: 0 }]);
  });

  it('is not stolen by a tab that was asleep: it has the cookies that the browser has', async () => {
    const away = await place.away();
    for (let visit = 0; visit < 4; visit++) {
      await place.who(away);
      place.pass(40 * 24 * 60 * minute);
    }
    expect(await place.who(away)).toMatchObject({ user: 7, remembered: true });
    expect(place.heard.of('rememberStolen')).toEqual([]);
  });
});
