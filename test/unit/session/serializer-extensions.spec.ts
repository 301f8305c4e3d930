import { describe, expect, it } from '@jest/globals';
import { addExtension, pack, unpack } from 'msgpackr';
import { MsgpackSerializer } from '../../../lib/session/serializer/msgpack.js';

const serializer = new MsgpackSerializer();
const data = {
  map: new Map<unknown, unknown>([
    ['role', 'user'],
    [new Map([[1, 2]]), new Set([new Map([['in', ['a', new Map()]]])])],
  ]),
  list: [new Map([['x', undefined]])],
};

/** Another module's own, under every type that msgpackr leaves free. */
class Money {
  constructor(readonly amount: unknown) {}
}

describe('what another module of the application does with msgpackr', () => {
  it('is not changed by sessions: nothing is registered that its own unpack() would go by', () => {
    serializer.decode(serializer.encode({ d: data }));
    for (let type = 1; type < 0x42; type++) {
      expect((): unknown => unpack(Buffer.from([0xd4, type, 0x01]))).toThrow(/Unknown extension/);
    }
    expect((): unknown => unpack(Buffer.from([0xd4, 0x4d, 0x01]))).toThrow(/Unknown extension/);
    expect(unpack(pack(new Map([['a', 1]])))).toEqual({ a: 1 });
  });

  it('does not change what sessions hold', () => {
    const before = serializer.encode({ d: data });
    for (let type = 1; type < 0x72; type++) {
      if ([0x42, 0x62, 0x65, 0x69, 0x70].includes(type)) continue;
      addExtension({ Class: Money, type, write: ({ amount }: Money) => amount, read: (amount) => new Money(amount) });
    }
    expect(serializer.decode(before)).toEqual({ d: data });
    expect(Buffer.compare(serializer.encode({ d: data }), before)).toBe(0);
  });
});

describe('the byte that marks a Map', () => {
  it.each([
    ['by itself', [0xc1]],
    ['as a value', [0x81, 0xa1, 0x64, 0xc1]],
    ['behind another value of a list', [0x92, 0x01, 0xc1]],
    ['before a key without a value', [0x92, 0xc1, 0x01]],
    ['in a Set', [0xd4, 0x73, 0x00, 0x91, 0xc1]],
  ])('%s is no record', (_, bytes) => {
    expect(() => serializer.decode(Uint8Array.from(bytes))).toThrow(TypeError);
  });

  it('may be a part of a number, of bytes and of nothing else', () => {
    const values = { bytes: Buffer.from([0xc1, 0xc1]), integer: 0xc1c1, negative: -0x3f, float: -8.5e6, text: 'Á' };
    const decoded = serializer.decode(serializer.encode({ d: values }));
    expect(decoded).toEqual({ d: values });
  });
});
