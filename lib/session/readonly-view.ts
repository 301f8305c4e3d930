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

/** The same session, with every change of it refused. @param why the beginning of the error's message, a sentence. */
export function readonlyView(session: SessionObject, why: string): SessionObject {
  const refuse = (): never => {
    throw new SessionReadonlyError(`${why} Nothing was changed.`);
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
  });
  addView(view, session, refuse);
  return view;
}
