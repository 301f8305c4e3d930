import { describe, expect, it } from '@jest/globals';
import { SessionContendedError, SessionTooLargeError } from '../../../lib/errors.js';
import { stateOf } from '../../../lib/session/session.js';
import { errorOf, HOUR, MINUTE, Setup } from './setup.js';

describe('limits', () => {
  it('a session over the size limit is an error that names its largest keys, largest first', async () => {
    const setup = new Setup({ maxSize: 500 });
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    session.update({ small: 'x', big: 'x'.repeat(300), bigger: 'x'.repeat(400), medium: 'x'.repeat(50) });
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(SessionTooLargeError);
    expect(error.message).toMatch(
      /takes \d+ bytes.*SESSION_MAX_SIZE \(maxSize\) allows 500\. Largest keys: bigger \(\d+ bytes\), big \(\d+ bytes\), medium/,
    );
    expect(error.message).not.toContain('xxx');
    expect(await setup.dataOf(id)).toEqual({ a: 1 });
    session.pop('bigger');
    await session.commit();
    expect(Object.keys((await setup.dataOf(id)) ?? {})).toEqual(['a', 'small', 'big', 'medium']);
  });

  it('a merge that goes over the size limit is an error, and what the others stored stays', async () => {
    const setup = new Setup({ maxSize: 500 });
    const id = await setup.begin({ a: 1 });
    const [one, two] = [await setup.request(id), await setup.request(id)];
    one.set('one', 'x'.repeat(300));
    two.set('two', 'x'.repeat(300));
    await one.commit();
    expect(await errorOf(() => two.commit())).toBeInstanceOf(SessionTooLargeError);
    expect(await setup.dataOf(id)).toEqual({ a: 1, one: 'x'.repeat(300) });
  });

  it('ASVS 15.4.3: retries are bounded, and end in an error that says what to do, not in a loss', async () => {
    const setup = new Setup({ maxRetries: 3 });
    const id = await setup.begin({ n: 0 });
    const session = await setup.request(id);
    let others = 0;
    setup.store.forget();
    setup.store.before = async ({ key }) => {
      const found = await setup.memory.read(key);
      const record = setup.codec.decode(found!.bytes);
      if (!('data' in record)) throw new Error('a pointer');
      const bytes = setup.codec.encode({ ...record, data: { n: ++others } });
      await setup.memory.write(key, bytes, HOUR, found!.version);
    };
    session.set('mine', 1);
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(SessionContendedError);
    expect(error.message).toMatch(/4 times.*SESSION_MAX_RETRIES \(maxRetries\)/);
    expect(setup.store.methods).toEqual(['write', 'write', 'write', 'write']);
    setup.store.forget();
    await session.commit();
    expect(await setup.dataOf(id)).toEqual({ n: 4, mine: 1 });
  });
});

describe('timeouts', () => {
  it('a refresh that is not due is no store call; one that is due is one touch', async () => {
    const setup = new Setup({ idleTimeout: HOUR, refreshInterval: 3 * MINUTE });
    const issuedAt = setup.time;
    const id = await setup.begin({ a: 1 });
    setup.time += 3 * MINUTE - 1;
    const early = await setup.request(id, issuedAt);
    setup.store.forget();
    expect(setup.repository.commit(early)).toBeUndefined();
    expect(setup.store.calls).toEqual([]);
    setup.time += 1;
    const due = await setup.request(id, issuedAt);
    setup.store.forget();
    await due.commit();
    await due.commit();
    expect(setup.store.methods).toEqual(['touch']);
    expect(stateOf(due).issuedAt).toBe(setup.time);
    setup.time += HOUR - 1;
    expect(await setup.dataOf(id)).toEqual({ a: 1 });
  });

  it('a refresh is never done once the headers are out, since the cookie cannot follow', async () => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }), setup.time - 10 * MINUTE);
    stateOf(session).deliver();
    expect(setup.repository.commit(session)).toBeUndefined();
  });

  it('without a refresh interval reading extends nothing, and a change extends session and cookie', async () => {
    const setup = new Setup({ idleTimeout: HOUR, refreshInterval: null });
    const issuedAt = setup.time;
    const id = await setup.begin({ a: 1 });
    setup.time += 50 * MINUTE;
    const session = await setup.request(id, issuedAt);
    expect(setup.repository.commit(session)).toBeUndefined();
    session.set('a', 2);
    await session.commit();
    expect(stateOf(session).issuedAt).toBe(setup.time);
    setup.time += 50 * MINUTE;
    expect(await setup.dataOf(id)).toEqual({ a: 2 });
  });

  it('ASVS 7.3.2: a session that is used all the time ends with its absolute timeout', async () => {
    const setup = new Setup({ idleTimeout: HOUR, absoluteTimeout: 90 * MINUTE, refreshInterval: 0 });
    const id = await setup.begin({ a: 1 });
    for (let minutes = 0; minutes < 80; minutes += 20) {
      setup.time += 20 * MINUTE;
      await (await setup.request(id, setup.time - MINUTE)).commit();
    }
    setup.time += 10 * MINUTE - 1;
    expect(await setup.dataOf(id)).toEqual({ a: 1 });
    setup.time += 1;
    expect(await setup.memory.prune()).toBe(1);
    expect(await setup.dataOf(id)).toBeNull();
  });

  it('ASVS 7.3.2: a record that its store kept too long is no session all the same', async () => {
    const setup = new Setup({ absoluteTimeout: 2 * HOUR });
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    await setup.memory.touch((await setup.keys())[0]!, 100 * HOUR);
    setup.time += 2 * HOUR;
    expect(await setup.find(id)).toBeNull();
    expect(await setup.repository.reload(session)).toBe(false);
  });

  it('without timeouts a session is kept for years', async () => {
    const setup = new Setup({ idleTimeout: null, absoluteTimeout: null, refreshInterval: null });
    const id = await setup.begin({ a: 1 });
    setup.time += 5 * 365 * 24 * HOUR;
    expect(await setup.dataOf(id)).toEqual({ a: 1 });
  });
});
