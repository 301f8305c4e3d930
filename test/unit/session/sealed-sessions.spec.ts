import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SessionAbilityMissingError, SessionTooLargeError } from '../../../lib/errors.js';
import { stateOf } from '../../../lib/session/session.js';
import { SealedSetup } from './sealed-setup.js';
import { errorOf, HOUR, MINUTE, SECOND } from './setup.js';

describe('a sealed session', () => {
  it('is in its cookie, all of it, and in no store', async () => {
    const setup = new SealedSetup();
    const data = { cart: [{ sku: 'mug', qty: 1 }], since: new Date(0), seen: new Set([1]) };
    const session = setup.repository.create().update(data);
    session.flash('info', 'Welcome.');
    session.permanent = true;
    await session.commit();

    const again = await setup.request(setup.send(session));
    expect(again.toJSON()).toEqual(data);
    expect(again.flashes()).toEqual([{ category: 'info', message: 'Welcome.' }]);
    expect([again.permanent, again.isNew, again.id]).toEqual([true, false, session.id]);
    expect(again.createdAt.getTime()).toBe(setup.time);
    expect(setup.store.calls).toEqual([]);
    expect(setup.names).toEqual(['created']);
  });

  it('is not begun where nothing was written', async () => {
    const setup = new SealedSetup();
    const session = setup.repository.create();
    expect(setup.repository.commit(session)).toBeUndefined();
    expect([session.isNew, stateOf(session).stored]).toEqual([true, null]);
  });

  it('needs no new cookie where it was only read', async () => {
    const setup = new SealedSetup();
    const header = await setup.begin({ cart: { items: [1] } });
    const session = await setup.request(header);
    const before = stateOf(session).stored;
    expect(session.get('cart')).toEqual({ items: [1] });
    await session.commit();
    expect(stateOf(session).stored).toBe(before);
    expect(stateOf(session).issuedAt).toBe(setup.time);
  });

  it('sees a change deep inside', async () => {
    const setup = new SealedSetup();
    const header = await setup.begin({ cart: { items: [{ qty: 1 }] } });
    const changed = await setup.change(header, (session) => {
      const cart = session.get('cart') as { items: { qty: number }[] };
      cart.items[0]!.qty++;
    });
    expect(await setup.dataOf(changed)).toEqual({ cart: { items: [{ qty: 2 }] } });
    expect(await setup.dataOf(header)).toEqual({ cart: { items: [{ qty: 1 }] } });
  });

  it('keeps of parallel changes those whose cookie comes last', async () => {
    const setup = new SealedSetup();
    const begun = await setup.begin({ n: 0 });
    const [one, two] = await Promise.all(
      ['a', 'b'].map((key) => setup.change(begun, (session) => session.set(key, 1))),
    );
    expect(await setup.dataOf(one!)).toEqual({ n: 0, a: 1 });
    expect(await setup.dataOf(two!)).toEqual({ n: 0, b: 1 });
  });

  it('runs a function given to mutate once, and saves what it made', async () => {
    const setup = new SealedSetup();
    let runs = 0;
    const header = await setup.change(await setup.begin({ n: 1 }), (session) => {
      session.mutate('n', (n) => {
        runs++;
        return (n as number) + 1;
      });
    });
    expect([runs, await setup.dataOf(header)]).toEqual([1, { n: 2 }]);
  });

  it('ends, and takes its cookie away, where it was emptied', async () => {
    const setup = new SealedSetup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    session.clear();
    await session.commit();
    expect(stateOf(session)).toMatchObject({ stored: null, end: 'ended' });
    expect(setup.names).toEqual(['destroyed']);
  });

  it('takes back what was changed since the last save', async () => {
    const setup = new SealedSetup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    session.set('b', 2);
    await session.commit();
    session.set('c', 3);
    setup.repository.discard(session);
    expect(session.toJSON()).toEqual({ a: 1, b: 2 });
    session.set('c', 3);
    expect(await setup.repository.reload(session)).toBe(true);
    expect(session.toJSON()).toEqual({ a: 1, b: 2 });
    expect(await setup.repository.reload(setup.repository.create())).toBe(false);
  });

  it('keeps its id through changes, and says so to whoever asks for it first', async () => {
    const setup = new SealedSetup();
    const fresh = setup.repository.create();
    const promised = fresh.id;
    fresh.set('a', 1);
    await fresh.commit();
    const header = await setup.change(setup.send(fresh), (session) => session.set('b', 1));
    expect((await setup.request(header)).id).toBe(promised);
  });

  it('reads a cookie in the other format, and writes its own with the next change', async () => {
    const json = new SealedSetup({ serializer: 'json' });
    const msgpack = new SealedSetup();
    const header = await json.begin({ a: 1 });
    const read = await msgpack.request(header);
    expect(msgpack.repository.commit(read)).toBeUndefined();
    expect(stateOf(read).issuedAt).toBe(msgpack.time);
    msgpack.time += 10 * MINUTE;
    const refreshed = await msgpack.request(await msgpack.change(header, () => undefined));
    expect(stateOf(refreshed).stored?.bytes[0]).toBe('{'.charCodeAt(0));
    const changed = await msgpack.change(header, (session) => session.set('b', 2));
    expect(stateOf(await msgpack.request(changed)).stored?.bytes[0]).not.toBe('{'.charCodeAt(0));
  });

  it('says that its user has no list of sessions', async () => {
    const { owned } = new SealedSetup().repository;
    expect(owned.isOffered).toBe(false);
    const calls = [() => owned.list(1), () => owned.endAll(1), () => owned.find(1, 'x'), () => owned.end(1, {})];
    for (const call of calls) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(SessionAbilityMissingError);
      expect(error.message).toMatch(/SESSION_TYPE is cookie.*SESSION_SEALED_REVOCATIONS/s);
    }
  });

  it('cannot become one that another request has begun', async () => {
    const setup = new SealedSetup();
    expect(await setup.repository.join(setup.repository.create())).toBe(false);
  });
});

describe('the size of a sealed session', () => {
  it('ASVS 3.3.5: is refused beyond what the cookies hold, with its largest keys by name', async () => {
    const setup = new SealedSetup();
    const header = await setup.begin({ small: 'x', list: Array.from({ length: 200 }, String), blob: 'y'.repeat(6000) });
    const session = await setup.request(header);
    session.set('more', randomBytes(2000).toString('base64'));
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(SessionTooLargeError);
    expect(error.message).toMatch(
      /SESSION_SEALED_MAX_SIZE \(sealed\.maxSize\) allows hold \d{4}\. Largest keys: blob \(600\d bytes\), more \(2\d{3} bytes\), list/,
    );
    expect(error.message).not.toContain('yyy');
    expect(stateOf(session).issuedAt).toBe(setup.time);
    expect(await setup.dataOf(header)).toHaveProperty('small', 'x');
  });

  it('is compressed only where that was asked for, from the given size on, and where it helps', async () => {
    const text = 'a long story, told again and again; '.repeat(100);
    const lengths = await Promise.all(
      [null, 5000, 1000].map(
        async (compressAbove) => (await new SealedSetup({ compressAbove }).begin({ text })).length,
      ),
    );
    expect(lengths[0]).toBe(lengths[1]);
    expect(lengths[2]).toBeLessThan(400);
    const noise = randomBytes(2000).toString('latin1');
    const [plain, tried] = await Promise.all(
      [null, 1000].map(async (compressAbove) => {
        const setup = new SealedSetup({ compressAbove });
        const session = setup.repository.create().update({ noise: Buffer.from(noise, 'latin1') });
        await session.commit();
        return setup.send(session).length;
      }),
    );
    expect(tried).toBe(plain);
  });

  it('holds more where it is compressed', async () => {
    const setup = new SealedSetup({ compressAbove: 1000 });
    const items = Array.from({ length: 1500 }, (_, index) => ({
      sku: `item-${String(index)}`,
      title: 'Blue mug',
      qty: 1,
    }));
    expect(await setup.dataOf(await setup.begin({ items }))).toEqual({ items });
    await expect(new SealedSetup().begin({ items })).rejects.toBeInstanceOf(SessionTooLargeError);
  });
});

describe('the timeouts of a sealed session', () => {
  it('ASVS 7.3.1: end it when its cookie was not issued again for the idle timeout', async () => {
    const setup = new SealedSetup();
    const header = await setup.begin({ a: 1 });
    setup.time += HOUR - 1;
    expect(await setup.dataOf(header)).toEqual({ a: 1 });
    setup.time += 1;
    expect(await setup.find(header)).toBeNull();
  });

  it('ASVS 7.3.1: extend it with use, once in a refresh interval', async () => {
    const setup = new SealedSetup();
    let header = await setup.begin({ a: 1 });
    setup.time += 3 * MINUTE - 1;
    const early = await setup.request(header);
    expect(setup.repository.commit(early)).toBeUndefined();
    expect(stateOf(early).issuedAt).not.toBeNull();
    for (let uses = 0; uses < 5; uses++) {
      setup.time += 50 * MINUTE;
      header = await setup.change(header, () => undefined);
    }
    expect(await setup.dataOf(header)).toEqual({ a: 1 });
  });

  it('ASVS 7.3.2: end it at the absolute timeout, however much it is used', async () => {
    const setup = new SealedSetup({ absoluteTimeout: 2 * HOUR });
    let header = await setup.begin({ a: 1 });
    for (let uses = 0; uses < 3; uses++) {
      setup.time += 39 * MINUTE;
      header = await setup.change(header, () => undefined);
    }
    expect((await setup.request(header)).expiresAt.getTime()).toBe(setup.time + 3 * MINUTE);
    setup.time += 3 * MINUTE;
    expect(await setup.find(header)).toBeNull();
  });

  it('are those of now where they have become shorter, and those of its issue where they have become longer', async () => {
    const [short, long] = [new SealedSetup({ idleTimeout: MINUTE }), new SealedSetup()];
    const [ofShort, ofLong] = [await short.begin({ a: 1 }), await long.begin({ a: 1 })];
    short.time += MINUTE;
    long.time += MINUTE;
    expect(await short.find(ofLong)).toBeNull();
    expect(await long.find(ofShort)).toBeNull();
    expect(await long.find(ofLong)).not.toBeNull();
  });

  it('can be off', async () => {
    const setup = new SealedSetup({ idleTimeout: null, absoluteTimeout: null, refreshInterval: null });
    const header = await setup.begin({ a: 1 });
    setup.time += 9 * 365 * 24 * HOUR;
    expect(await setup.dataOf(header)).toEqual({ a: 1 });
  });

  it('go on where the request was no use, although it changed something', async () => {
    const setup = new SealedSetup();
    const header = await setup.begin({ a: 1 });
    setup.time += 58 * MINUTE;
    const changed = await setup.change(header, (session) => {
      stateOf(session).countAsUse(false);
      session.set('b', 2);
    });
    expect(await setup.dataOf(changed)).toEqual({ a: 1, b: 2 });
    setup.time += MINUTE;
    const used = await setup.change(changed, () => undefined);
    setup.time += MINUTE;
    expect(await setup.find(changed)).toBeNull();
    expect(await setup.dataOf(used)).toEqual({ a: 1, b: 2 });
  });

  it('are counted from when a request came, so that one which outlives them saves nothing', async () => {
    const setup = new SealedSetup();
    const header = await setup.begin({ a: 1 });
    const session = await setup.request(header);
    setup.time += HOUR;
    session.set('b', 2);
    await session.commit();
    expect(stateOf(session).end).toBe('gone');
    expect(setup.names).toEqual(['lateWrite']);
  });

  it('reach further than a slow request', async () => {
    const setup = new SealedSetup();
    const header = await setup.begin({ a: 1 });
    const changed = await setup.change(header, (session) => {
      setup.time += 20 * MINUTE;
      session.set('b', 2);
    });
    setup.time += 39 * MINUTE + 59 * SECOND;
    expect(await setup.dataOf(changed)).toEqual({ a: 1, b: 2 });
    setup.time += SECOND;
    expect(await setup.find(changed)).toBeNull();
  });
});

describe('a sealed session after the answer has begun', () => {
  it('cannot be changed any more, and tells the operator', async () => {
    const setup = new SealedSetup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    stateOf(session).deliver();
    expect(setup.repository.commit(session)).toBeUndefined();
    expect(setup.names).toEqual([]);
    session.set('b', 2);
    expect(setup.repository.commit(session)).toBeUndefined();
    expect(setup.heard('droppedChange')).toEqual([{ publicId: session.id }]);
  });

  it('can be given no new id, no login, and no end that nobody notes', async () => {
    const setup = new SealedSetup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    stateOf(session).deliver();
    const calls = [
      () => session.regenerate(),
      () => setup.repository.login(session, { userId: 1, at: setup.time }),
      () => setup.repository.confirm(session, { userId: 1, at: setup.time }),
      () => session.destroy(),
    ];
    for (const call of calls) expect(await errorOf(call)).toHaveProperty('code', 'SESSION_HEADERS_SENT');
    expect(session.toJSON()).toEqual({ a: 1 });
  });
});
