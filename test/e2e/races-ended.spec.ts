import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { keyBehind } from '../support/stored-keys.js';
import { describePlaces, Place, post } from './races-table.js';

describePlaces((place) => {
  beforeEach(() => {
    place.heard.forget();
  });

  for (const end of ['/logout', '/destroy']) {
    it(`ASVS 7.4.1: brings nobody back when a slow request saves after ${end}`, async () => {
      const jar = await place.user('42');
      const cookie = jar.get('session');
      const slow = await place.hold(jar, '/held-set/late');
      await jar.fetch(end, post);
      const response = await slow.finish();

      expect(response.status).toBe(201);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(jar.get('session')).toBeUndefined();
      expect(await place.at(cookie)).toEqual({ data: {}, user: null });
      expect(await place.keys()).not.toContain(keyBehind(cookie));
      expect(place.heard.of('lateWrite')).toEqual([{ publicId: expect.any(String) }]);
    });
  }

  for (const change of ['/regenerate', '/login/42', '/login/7']) {
    it(`ASVS 7.2.4: brings no former id back and sends no cookie when a slow request saves after ${change}`, async () => {
      const jar = await place.user('42');
      const former = jar.get('session');
      const slow = await place.hold(jar, '/held-set/late');
      await jar.fetch(change, post);
      const response = await slow.finish();

      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await place.at(former)).toEqual({ data: {}, user: null });
      expect(await place.keys()).not.toContain(keyBehind(former));
      const current = await place.at(jar.get('session'));
      expect(current.user).toBe(change === '/login/7' ? '7' : '42');
      expect(current.data).not.toHaveProperty('late');
      expect(place.heard.of('lateWrite')).toHaveLength(1);
    });
  }

  it('sends no cookie that would outlive the browser when a slow request makes the session permanent too late', async () => {
    const jar = await place.user('42');
    const slow = await place.hold(jar, '/held-permanent');
    await jar.fetch('/logout', post);
    const response = await slow.finish();

    expect(response.headers.getSetCookie()).toEqual([]);
    expect(place.heard.of('lateWrite')).toHaveLength(1);
  });

  it('lets a slow request that only read end as if nothing had happened', async () => {
    const jar = await place.user('42');
    const slow = await place.hold(jar, '/held-logout');
    await jar.fetch('/logout', post);
    const response = await slow.finish();

    expect(response.headers.getSetCookie()).toEqual([]);
    expect(place.heard.of('lateWrite')).toEqual([]);
    expect(place.heard.of('destroyed')).toHaveLength(1);
  });
});

describe('onGone: error', () => {
  const place = new Place('memory', 'express', 'memory', { onGone: 'error' });
  beforeAll(() => place.start());
  afterAll(() => place.stop());

  it('answers 409 to the slow request, and brings nobody back', async () => {
    const jar = await place.user('42');
    const cookie = jar.get('session');
    const slow = await place.hold(jar, '/held-set/late');
    await jar.fetch('/logout', post);
    const response = await slow.finish();

    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ statusCode: 409, message: 'The session has ended.' });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await place.at(cookie)).toEqual({ data: {}, user: null });
  });
});
