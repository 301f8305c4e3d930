import { describe, expect, it } from '@jest/globals';
import session from 'express-session';
import Keyv from 'keyv';
import { ConnectStore } from '../../../lib/stores/connect/index.js';
import { KeyvStore } from '../../../lib/stores/keyv/index.js';
import { RecordCodec } from '../../../lib/session/record-codec.js';
import type { Serializer } from '../../../lib/session/serializer/serializer.js';
import { isPointer } from '../../../lib/session/record.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';
import { Setup } from './setup.js';

const stores: readonly [string, () => SessionStore | undefined][] = [
  ['memory', () => undefined],
  ['Keyv', () => new KeyvStore(new Keyv({ throwOnErrors: true }))],
  ['a store of express-session', () => new ConnectStore(new session.MemoryStore())],
];

describe('a session with bytes in it', () => {
  it.each(stores)('comes back from %s as it went in, and reading it is no change', async (_, open) => {
    const store = open();
    const setup = new Setup(store === undefined ? {} : { store });
    const data = {
      buffer: Buffer.from('cafe', 'hex'),
      plain: new Uint8Array([1]),
      map: new Map([['k', Buffer.of(2)]]),
    };
    const id = await setup.begin(data);
    const found = await setup.request(id);
    expect(found.toJSON()).toStrictEqual(data);
    expect(Buffer.isBuffer(found.get('buffer'))).toBe(true);
    expect(Buffer.isBuffer(found.get('plain'))).toBe(false);
    expect(found.modified).toBe(false);
    await found.commit();
    expect(setup.store.methods).toEqual(['read']);
  });
});

describe('a serializer of the application', () => {
  it('is given a Buffer, whatever the store hands out', () => {
    const seen: unknown[] = [];
    const serializer: Serializer = {
      encode: (record) => new TextEncoder().encode(JSON.stringify(record)),
      decode(bytes): unknown {
        seen.push(Buffer.isBuffer(bytes));
        return JSON.parse(bytes.toString());
      },
    };
    const codec = new RecordCodec(serializer);
    const record = codec.decode(new TextEncoder().encode('{"d":{"a":1},"c":5}'));
    expect(isPointer(record) ? null : record.data).toEqual({ a: 1 });
    expect(seen).toEqual([true]);
  });
});
