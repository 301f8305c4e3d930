import { SessionError } from '../../errors.js';

/**
 * A record of Flask-Session is a pickle, as versions before 0.7 and cachelib write them. Reading a pickle runs any code that it names, so it
 * is recognised and never read. Becomes a 500. Let Flask-Session 0.7 or newer save the sessions first, as MessagePack or JSON.
 *
 * @publicApi
 */
export class FlaskPickleError extends SessionError {
  readonly code = 'FLASK_RECORD_PICKLED';

  constructor() {
    super(
      'The record is a pickle, and reading one runs the code that it names, so it is rejected. Flask-Session 0.7 and newer ' +
        'write a session as MessagePack or JSON the next time they save it; cachelib needs another serializer.',
    );
  }
}

const PROTOCOL = 0x80;
const STOP = 0x2e;
const REDIS_MARK = 0x21;

/** How a pickle of protocol 0 or 1 begins if it holds a dict or an instance of a class. */
const beginnings = new Set(Array.from('(}c', (character) => character.charCodeAt(0)));

/** Whether bytes are a pickle of any protocol. No MessagePack map and no JSON object is taken for one. */
export function isPickle(bytes: Uint8Array): boolean {
  // cachelib's Redis cache puts a marker before it.
  const pickle = bytes[0] === REDIS_MARK ? bytes.subarray(1) : bytes;
  const [first, protocol = 0] = pickle;
  if (first === undefined || pickle.at(-1) !== STOP) return false;
  // In MessagePack this is an empty map, which nothing may follow.
  return first === PROTOCOL ? protocol >= 2 && protocol <= 5 : beginnings.has(first);
}
