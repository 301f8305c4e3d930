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

/** The same session, with every change of it refused. @param reason makes the error for a change. */
export function readonlyView(
  session: SessionObject,
  reason: () => Error = () => new SessionReadonlyError('The session was asked for as read-only. Nothing was changed.'),
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

/** The methods that take effect at once, or say that they have. */
const immediate: ReadonlySet<PropertyKey> = new Set<keyof SessionObject>(['regenerate', 'destroy', 'commit']);

/**
 * The same session for a request whose changes are not saved: they are its own as long as it runs, and whatever would take
 * effect at once is refused.
 *
 * @param reason makes the error for that.
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
