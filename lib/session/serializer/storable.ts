import { SessionValueError } from '../../errors.js';

/** What a format makes of the values that plain JSON does not have. */
export interface Format {
  /** What stands in for `value`, an object that is neither plain nor an array; `undefined`: the format knows no such thing. */
  special(value: object, inner: (value: unknown) => unknown): unknown;
  /** Why this number or bigint cannot be kept; `null`: it can. */
  refuseNumber(value: number | bigint): string | null;
}

/** Deeper than any session that somebody meant; a value that contains itself ends here, too. */
const MAX_DEPTH = 100;

/**
 * Makes of a session's values what a serializer can write: the same object where nothing stands in its way, otherwise a
 * copy along the path to what had to be replaced. One walk finds what cannot be stored, and where it is.
 */
export class StorableWalk {
  readonly #path: (string | number)[] = [];

  constructor(private readonly format: Format) {}

  /**
   * @param record an envelope around values; its own keys are no part of a path.
   * @throws SessionValueError naming the key path.
   */
  run(record: Readonly<Record<string, unknown>>): object {
    this.#path.length = 0;
    const storable: Record<string, unknown> = {};
    for (const key of Object.keys(record)) storable[key] = this.#value(record[key]);
    return storable;
  }

  readonly #value = (value: unknown): unknown => {
    switch (typeof value) {
      case 'object':
        return value === null ? null : this.#object(value);
      case 'number':
      case 'bigint': {
        const reason = this.format.refuseNumber(value);
        return reason === null ? value : this.#refuse(reason);
      }
      case 'function':
        return this.#refuse('it is a function. Store data, and look the function up when it is needed');
      case 'symbol':
        return this.#refuse('it is a symbol. Store a string');
      default:
        return value;
    }
  };

  #object(value: object): unknown {
    if (this.#path.length > MAX_DEPTH) {
      return this.#refuse(`it is nested more than ${String(MAX_DEPTH)} levels deep, or contains itself`);
    }
    if (Array.isArray(value)) return this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#plain(value as Record<string, unknown>);
    const special = this.format.special(value, this.#value);
    return special === undefined ? this.#instance(value) : special;
  }

  #array(values: readonly unknown[]): readonly unknown[] {
    let copy: unknown[] | null = null;
    for (let index = 0; index < values.length; index++) {
      this.#path.push(index);
      const value = values[index];
      const storable = this.#value(value);
      this.#path.pop();
      if (storable !== value) (copy ??= values.slice())[index] = storable;
    }
    return copy ?? values;
  }

  #plain(object: Record<string, unknown>): object {
    let copy: Record<string, unknown> | null = null;
    for (const key of Object.keys(object)) {
      this.#path.push(key);
      if (key === '__proto__') this.#refuse('"__proto__" is no name for a key');
      const value = object[key];
      const storable = this.#value(value);
      this.#path.pop();
      if (storable !== value) (copy ??= { ...object })[key] = storable;
    }
    return copy ?? object;
  }

  /** An instance of a class is stored as JSON would: what its `toJSON` gives, or its own data. */
  #instance(value: object): unknown {
    const name = (value.constructor as { name?: string } | undefined)?.name ?? 'an unknown class';
    if (isLive(value)) return this.#refuse(`it is a live ${name} (a stream, socket, promise or the like). Store data`);
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const json: unknown = (value.toJSON as () => unknown)();
      return json === value ? this.#refuse(`the toJSON of ${name} gives itself`) : this.#value(json);
    }
    if (value instanceof Error) return this.#refuse('it is an Error. Store its message');
    return { ...this.#plain({ ...value }) };
  }

  #refuse(reason: string): never {
    const path = this.#path.map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${part}`)).join('');
    throw new SessionValueError(`session${path}`, `${reason}.`);
  }
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
