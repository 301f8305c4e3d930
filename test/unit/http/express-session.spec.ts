import { describe, expect, it } from '@jest/globals';
import { SessionKeyReservedError } from '../../../lib/errors.js';
import { ExpressSessionSlot, type ExpressSession } from '../../../lib/http/express-session.js';
import { Setup } from '../session/setup.js';

/** `req.session` of a new session. */
function face(): ExpressSession {
  const made = new Setup();
  const slot = new ExpressSessionSlot(made.repository.create(), {
    commit: () => undefined,
    reload: () => Promise.resolve(true),
    endAtCommit: () => undefined,
    report: () => undefined,
    now: () => made.time,
  });
  const session = slot.get();
  if (session === undefined) throw new Error('There is no session.');
  return session;
}

const inherited = Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__');

describe('req.session and the names that a visitor may choose', () => {
  it.each(inherited)('takes %s for data, and gives back what was stored', (name) => {
    const session = face();
    expect(name in session).toBe(false);
    session[name] = 'data';
    expect(session[name]).toBe('data');
    expect(Object.keys(session)).toEqual([name]);
    delete session[name];
    expect(session[name]).not.toBe('data');
  });

  it.each(['__proto__', 'constructor', 'valueOf', 'isPrototypeOf', '__defineGetter__', '__lookupGetter__', 'then'])(
    'has nothing of its own under %s',
    (name) => {
      expect(face()[name]).toBeUndefined();
    },
  );

  it('has no prototype, and gets none', () => {
    const session = face();
    expect(Reflect.getPrototypeOf(session)).toBeNull();
    expect(Reflect.setPrototypeOf(session, { polluted: 1 })).toBe(false);
    expect(session['polluted']).toBeUndefined();
  });

  it.each(['__proto__', 'id', 'cookie', 'save', 'destroy', 'regenerate', 'reload', 'touch'])(
    'refuses %s as a name for data, by an error that is the fault of the request',
    (name) => {
      const session = face();
      const set = () => {
        session[name] = { polluted: 1 };
      };
      expect(set).toThrow(SessionKeyReservedError);
      expect(set).toThrow(expect.objectContaining({ mayBeInput: true }));
      expect('polluted' in {}).toBe(false);
    },
  );

  it('still is what middleware takes for an object', () => {
    const session = face();
    session['cart'] = null;
    const asked = session as ExpressSession & { hasOwnProperty(name: string): boolean };
    expect(['cart', 'nothing', 'save'].map((name) => asked.hasOwnProperty(name))).toEqual([true, false, false]);
    expect(JSON.stringify(session)).toBe('{"cart":null}');
    const shown: unknown = session;
    expect(String(shown)).toBe('[object Object]');
    expect({ ...session }).toEqual({ cart: null });
    expect(session['cart']).toBeNull();
  });
});
