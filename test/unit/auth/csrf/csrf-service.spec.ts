import { describe, expect, it } from '@jest/globals';
import { CsrfService, csrfTokenPurpose } from '../../../../lib/auth/csrf/csrf.service.js';
import { KeyRing } from '../../../../lib/cookie/key-ring.js';
import { SessionHeadersSentError, SessionReadonlyError } from '../../../../lib/errors.js';
import { readonlyView } from '../../../../lib/session/readonly-view.js';
import { stateOf } from '../../../../lib/session/session.js';
import { HOUR, idOf, MINUTE, Setup } from '../../session/setup.js';

const secret = 'a-secret-for-tests-of-32-bytes-and-more';
const keys = new KeyRing(secret);
const csrf = new CsrfService(keys);

describe('a CSRF token', () => {
  it('ASVS 3.5.1: holds for its session, in every later request', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const token = csrf.token(await setup.request(id));
    for (let n = 0; n < 3; n++) expect(csrf.isValid(await setup.request(id), token)).toBe(true);
  });

  it('ASVS 3.5.1: is worth nothing for another session', async () => {
    const setup = new Setup();
    const [mine, other] = [await setup.begin({ a: 1 }, 'ada'), await setup.begin({ a: 1 }, 'ada')];
    expect(csrf.isValid(await setup.request(other), csrf.token(await setup.request(mine)))).toBe(false);
  });

  it('ASVS 3.5.1: ends with the id: by a login, regenerate(), a rotation, a logout', async () => {
    const setup = new Setup({ rotateEvery: MINUTE });
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);

    const beforeLogin = csrf.token(session);
    await setup.repository.login(session, { userId: 'ada', at: setup.time });
    expect(csrf.isValid(session, beforeLogin)).toBe(false);

    const beforeRegenerate = csrf.token(session);
    await session.regenerate();
    expect(csrf.isValid(session, beforeRegenerate)).toBe(false);

    const beforeRotation = csrf.token(session);
    expect(csrf.isValid(session, beforeRotation)).toBe(true);
    setup.time += HOUR / 2;
    await session.commit();
    expect(setup.heard('rotated')).toHaveLength(3);
    expect(csrf.isValid(session, beforeRotation)).toBe(false);

    const beforeLogout = csrf.token(session);
    await session.destroy();
    expect(csrf.isValid(session, beforeLogout)).toBe(false);
    session.set('a', 2);
    await session.commit();
    expect(csrf.isValid(session, beforeLogout)).toBe(false);
  });

  it('is another one each time, and tells nothing of the id', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const tokens = Array.from({ length: 50 }, () => csrf.token(session));
    expect(new Set(tokens.map((token) => token.slice(0, 22))).size).toBe(50);
    expect(new Set(tokens.map((token) => token.slice(23))).size).toBe(50);
    for (const token of tokens) {
      expect(token).toMatch(/^[\w-]{22}\.[\w-]{43}$/);
      expect(csrf.isValid(session, token)).toBe(true);
    }
    const { stored } = stateOf(session);
    expect(tokens.join()).not.toContain(stored?.id.slice(0, 8));
  });

  it('ASVS 3.5.1: is worth nothing once a character of it was changed', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const token = csrf.token(session);
    const accepted = [];
    for (let at = 0; at < token.length; at++) {
      for (const character of ['A', 'B', '.', '=', '']) {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        if (changed !== token && csrf.isValid(session, changed)) accepted.push(changed);
      }
    }
    expect(accepted).toEqual([]);
    const [nonce = '', signature = ''] = token.split('.');
    const otherNonce = csrf.token(session).slice(0, 22);
    for (const forged of [`${otherNonce}.${signature}`, `.${signature}`, `${nonce}.`, nonce, signature, `${token}.`]) {
      expect(csrf.isValid(session, forged)).toBe(false);
    }
  });

  it.each([undefined, null, '', 'a', 7, true, {}, [], Symbol('token'), 'a'.repeat(100_000), '.'.repeat(66)])(
    'is not %p',
    async (token) => {
      const setup = new Setup();
      expect(csrf.isValid(await setup.request(await setup.begin({ a: 1 })), token)).toBe(false);
    },
  );

  it('is not an array with one in it, as a query or a form may give it', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    expect(csrf.isValid(session, [csrf.token(session)])).toBe(false);
  });

  it('ASVS 3.5.1: is not what the same key has signed for something else', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const nonce = csrf.token(session).slice(0, 22);
    const text = `${nonce}.${idOf(session)}`;
    expect(csrf.isValid(session, `${nonce}.${keys.sign(csrfTokenPurpose, text)}`)).toBe(true);
    expect(csrf.isValid(session, `${nonce}.${keys.sign('session-cookie-signature:v1', text)}`)).toBe(false);
    expect(csrf.isValid(session, `${nonce}.${keys.sign(csrfTokenPurpose, `${nonce}${idOf(session)}`)}`)).toBe(false);
  });

  it('outlives a change of the secret as long as the former one verifies', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const token = csrf.token(session);
    const next = 'another-secret-for-tests-of-32-bytes-and-more';
    expect(new CsrfService(new KeyRing(next, [secret])).isValid(session, token)).toBe(true);
    expect(new CsrfService(new KeyRing(next)).isValid(session, token)).toBe(false);
  });
});

describe('a session that a CSRF token is made for', () => {
  it('is stored, though it is empty, and under the id that the token was made for', async () => {
    const setup = new Setup();
    const session = setup.create();
    const token = csrf.token(session);
    await session.commit();
    expect(session.isNew).toBe(false);
    expect(csrf.isValid(await setup.request(idOf(session)), token)).toBe(true);
  });

  it('is not stored without one', async () => {
    const setup = new Setup();
    const session = setup.create();
    expect(csrf.isValid(session, 'a')).toBe(false);
    await session.commit();
    expect(await setup.keys()).toEqual([]);
  });

  it('holds no token as long as it is not stored', () => {
    const session = new Setup().create();
    expect(csrf.isValid(session, csrf.token(session))).toBe(false);
  });

  it('stays, where the page that gets the token shows the last message that was in it', async () => {
    const setup = new Setup();
    const first = setup.create();
    first.flash('info', 'Welcome');
    await first.commit();

    const session = await setup.request(idOf(first));
    expect(session.flashes()).toHaveLength(1);
    const token = csrf.token(session);
    await session.commit();

    expect(csrf.isValid(await setup.request(idOf(first)), token)).toBe(true);
  });

  it('is the one behind a view that cannot be changed, where it is stored', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    const view = readonlyView(session);
    const token = csrf.token(view);
    expect([csrf.isValid(view, token), csrf.isValid(session, token)]).toEqual([true, true]);
  });

  it('cannot be a new one that cannot be changed', () => {
    expect(() => csrf.token(readonlyView(new Setup().create()))).toThrow(SessionReadonlyError);
  });

  it('cannot be a new one whose cookie cannot be sent any more', async () => {
    const setup = new Setup();
    const late = setup.create();
    stateOf(late).deliver();
    expect(() => csrf.token(late)).toThrow(SessionHeadersSentError);

    const known = await setup.request(await setup.begin({ a: 1 }));
    stateOf(known).deliver();
    expect(csrf.isValid(known, csrf.token(known))).toBe(true);
  });
});
