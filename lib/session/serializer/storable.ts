import { oneLine } from '../../config/quote.js';
import { SessionValueError } from '../../errors.js';

/** How a format handles values that plain JSON lacks. */
export interface Format {
  /**
   * Replaces `value`, an object that is neither plain nor an array; `undefined`: the format has no replacement.
   *
   * @param inner does the same for a value inside of it, at `part`.
   */
  special(value: object, inner: (value: unknown, part: string | number) => unknown): unknown;
  /** The name of a key after a round trip; default: unchanged. */
  readonly nameOf?: (key: string) => string;
  /**
   * Why this value cannot be stored, as a sentence without its full stop; `null`: it can. Called for values that are neither
   * plain nor arrays.
   */
  refuse(value: number | bigint | object): string | null;
  /** Why `undefined` cannot be stored in an array; `null`: it can. */
  readonly refuseUndefined: string | null;
}

/** Deeper than any legitimate session; a cycle ends here, too. */
export const MAX_DEPTH = 100;

/**
 * Converts a session's values to ones that a serializer can write: the same object if possible, otherwise a copy along the path
 * to each replaced value. One walk finds values that cannot be stored, and their path.
 */
export class StorableWalk {
  /** The current path; only recorded when the walk is repeated for an error message, since that takes a third of its time. */
  #path: (string | number)[] | null = null;
  #depth = 0;
  /** How many more parts it may have. */
  #left = Infinity;

  /** @param onInstance called for each instance of a class that is stored as plain data, with the name of the class. */
  constructor(
    private readonly format: Format,
    private readonly onInstance: (className: string) => void = () => undefined,
  ) {}

  /**
   * @param record an envelope around values; its own keys are not part of a path. @param most how many parts it may have
   * @throws SessionValueError naming the key path. TooManyNodes
   */
  run(record: Readonly<Record<string, unknown>>, most = Infinity): object {
    this.#left = most;
    try {
      return this.#envelope(record);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#path = [];
    }
    this.#left = most;
    try {
      return this.#envelope(record);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new SessionValueError(pathOf(this.#path), `${error.message}.`, { mayBeInput: error.isJson });
    } finally {
      this.#path = null;
    }
  }

  #envelope(record: Readonly<Record<string, unknown>>): object {
    this.#depth = 0;
    let copy: Record<string, unknown> | null = null;
    for (const key of Object.keys(record)) {
      const storable = this.#value(record[key]);
      if (!Object.is(storable, record[key])) (copy ??= { ...record })[key] = storable;
    }
    return copy ?? record;
  }

  readonly #inner = (value: unknown, part: string | number): unknown => {
    this.#path?.push(part);
    const storable = this.#value(value);
    this.#path?.pop();
    return storable;
  };

  #value(value: unknown): unknown {
    if (--this.#left < 0) throw new TooManyNodes();
    switch (typeof value) {
      case 'object':
        return value === null ? null : this.#object(value);
      case 'number':
      case 'bigint':
        return this.#unlessRefused(value);
      case 'function':
        return this.#refuse('it is a function. Store data, and look the function up when it is needed');
      case 'symbol':
        return this.#refuse('it is a symbol. Store a string');
      default:
        return value;
    }
  }

  #object(value: object): unknown {
    if (this.#depth > MAX_DEPTH) {
      return this.#refuse(`it is nested more than ${String(MAX_DEPTH)} levels deep, or contains itself`, true);
    }
    this.#depth++;
    const storable = this.#storable(value);
    this.#depth--;
    return storable;
  }

  #storable(value: object): unknown {
    if (Array.isArray(value)) return this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#plain(value as Record<string, unknown>);
    const special = this.format.special(this.#unlessRefused(value), this.#inner);
    return special === undefined ? this.#instance(value) : special;
  }

  #array(values: readonly unknown[]): readonly unknown[] {
    const { refuseUndefined } = this.format;
    // Holes count as well: a single large index makes an array of millions.
    if (values.length > this.#left) throw new TooManyNodes();
    let copy: unknown[] | null = null;
    for (let index = 0; index < values.length; index++) {
      this.#path?.push(index);
      const value = values[index];
      // A hole comes from an index, which may be from the client.
      if (value === undefined && refuseUndefined !== null) this.#refuse(refuseUndefined, !(index in values));
      const storable = this.#value(value);
      this.#path?.pop();
      if (!Object.is(storable, value)) (copy ??= values.slice())[index] = storable;
    }
    return copy ?? values;
  }

  #plain(object: Record<string, unknown>): object {
    let copy: Record<string, unknown> | null = null;
    let isRenamed = false;
    for (const key of Object.keys(object)) {
      this.#path?.push(key);
      if (key === '__proto__') this.#refuse('"__proto__" cannot be a key', true);
      const value = object[key];
      const storable = this.#value(value);
      this.#path?.pop();
      if (!Object.is(storable, value)) (copy ??= { ...object })[key] = storable;
      if (this.format.nameOf !== undefined && this.format.nameOf(key) !== key) isRenamed = true;
    }
    return isRenamed ? this.#renamed(copy ?? object) : (copy ?? object);
  }

  #renamed(object: Readonly<Record<string, unknown>>): object {
    const { nameOf = (key: string): string => key } = this.format;
    return Object.fromEntries(Object.entries(object).map(([key, value]) => [nameOf(key), value]));
  }

  /** An instance of a class is stored as in JSON: the result of its `toJSON`, or its own data. */
  #instance(value: object): unknown {
    const name = nameOf(value);
    if (isLive(value)) return this.#refuse(`it is a live ${name} (a stream, socket, promise or the like). Store data`);
    this.onInstance(name);
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const json: unknown = (value.toJSON as () => unknown)();
      return json === value ? this.#refuse(`the toJSON of ${name} returns the object itself`) : this.#value(json);
    }
    if (value instanceof Error) return this.#refuse('it is an Error. Store its message');
    // An application's own class keeps its content in properties; a built-in class does not.
    if (Object.prototype.toString.call(value) !== '[object Object]') {
      return this.#refuse(`it is a ${name}, whose content cannot be seen from outside. Store data`);
    }
    return { ...this.#plain({ ...value }) };
  }

  #unlessRefused<Value extends number | bigint | object>(value: Value): Value {
    const reason = this.format.refuse(value);
    // JSON numbers with too large an exponent are read as Infinity.
    return reason === null ? value : this.#refuse(reason, typeof value === 'number' && !Number.isNaN(value));
  }

  #refuse(reason: string, isJson = false): never {
    throw new Refusal(reason, isJson);
  }
}

/** There are more parts than allowed. Internal. */
export class TooManyNodes extends Error {}

/** Ends a walk; its message is the reason. */
class Refusal extends Error {
  constructor(
    reason: string,
    /** Whether the value can come from JSON, and so from the client. */
    readonly isJson: boolean,
  ) {
    super(reason);
  }
}

/** How many parts of a path are shown: that of a cycle is endless. */
const SHOWN_PARTS = 12;

/** How much of a key is shown, in characters: it may come from the client. */
const SHOWN_OF_KEY = 40;

function pathOf(parts: readonly (string | number)[]): string {
  const shown = parts
    .slice(0, SHOWN_PARTS)
    .map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${oneLine(part, SHOWN_OF_KEY)}`));
  return `session${shown.join('')}${parts.length > SHOWN_PARTS ? '…' : ''}`;
}

function nameOf(value: object): string {
  // Of its class: an own property of this name is data.
  const type: unknown = Reflect.get(Object.getPrototypeOf(value) as object, 'constructor');
  return typeof type === 'function' ? oneLine(type.name, SHOWN_OF_KEY) : 'an unknown class';
}

function isLive(value: object): boolean {
  return (
    value instanceof WeakMap ||
    value instanceof WeakSet ||
    value instanceof WeakRef ||
    ('then' in value && typeof value.then === 'function') ||
    ('pipe' in value && typeof value.pipe === 'function') ||
    ('on' in value && typeof value.on === 'function') ||
    ('getReader' in value && typeof value.getReader === 'function')
  );
}
