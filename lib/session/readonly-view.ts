import { SessionReadonlyError } from '../errors.js';
import { addView, type SessionObject } from './session.js';

/** The methods that change a session. */
const changing: ReadonlySet<PropertyKey> = new Set<keyof SessionObject>([
  'set',
  'pop',
  'setDefault',
  'update',
  'clear',
  'flash',
  'flashes',
  'mutate',
  'regenerate',
  'destroy',
  'commit',
]);

/** A view of the session that rejects every change. @param reason creates the error */
export function readonlyView(
  session: SessionObject,
  reason: () => Error = () => new SessionReadonlyError('The session was requested as read-only. Nothing was changed.'),
): SessionObject {
  const refuse = (): never => {
    throw reason();
  };
  const view = new Proxy(session, {
    get(target, key) {
      if (changing.has(key)) return refuse;
      // The methods read private fields, which a proxy does not have.
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' && !Object.hasOwn(target, key) ? (value.bind(target) as unknown) : value;
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
    preventExtensions: refuse,
  });
  addView(view, session, refuse);
  return view;
}

/** A view of a session that is kept in a cookie, where no response can replace it. */
export function snapshotView(session: SessionObject): SessionObject {
  return readonlyView(
    session,
    () =>
      new SessionReadonlyError(
        'This session is kept in the cookie of the client, which only the response of an HTTP request can replace, so it can only be read here.',
      ),
  );
}

/** The methods that take effect immediately, or claim to. */
const immediate: ReadonlySet<PropertyKey> = new Set<keyof SessionObject>(['regenerate', 'destroy', 'commit']);

/**
 * A view of the session for a request whose changes are not saved: they last as long as the request, and anything that would
 * take effect immediately is rejected.
 *
 * @param reason creates that error.
 */
export function unsavedView(session: SessionObject, reason: () => Error): SessionObject {
  const refuse = (): never => {
    throw reason();
  };
  const view = new Proxy(session, {
    get(target, key) {
      if (immediate.has(key)) return refuse;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' && !Object.hasOwn(target, key) ? (value.bind(target) as unknown) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
  addView(view, session, refuse);
  return view;
}
