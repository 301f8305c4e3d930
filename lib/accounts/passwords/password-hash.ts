/** A stored hash that a password can be compared with. */
export interface PasswordHash {
  /** Such as `bcrypt`, for messages. */
  readonly algorithm: string;
  /** How many bytes of a password it takes into account, if not all. */
  readonly mostBytes?: number;
  /** The longest password that it can be of, in bytes, where the work grows too fast with the length. */
  readonly longest?: number;
  matches(password: Buffer): Promise<boolean>;
}

/** A stored hash that cannot be compared with anything. The reason never contains the hash. */
export class UnreadableHash {
  constructor(readonly reason: string) {}
}

/** @returns an {@link UnreadableHash} if a parameter of a stored hash costs more than the bound: whoever can write one row must not stop the server */
export function tooCostly(algorithm: string): UnreadableHash {
  return new UnreadableHash(`a hash of ${algorithm} has cost parameters beyond what is accepted`);
}

/** A decimal number of a stored hash, or NaN. Not `Number()`, which accepts `1e9`. */
export function decimal(text: string | undefined): number {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
}
