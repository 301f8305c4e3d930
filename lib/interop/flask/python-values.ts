/** Python values for which JavaScript has no type. */

/**
 * A tuple: used like an array, but Flask reads it back as a tuple rather than a list. Create it like an array, with
 * `FlaskTuple.of('message', 'Hello')` or `FlaskTuple.from(list)`.
 *
 * @publicApi
 */
export class FlaskTuple<Item = unknown> extends Array<Item> {}

/**
 * `Markup` of MarkupSafe: HTML that templates do not escape. Use it only for HTML that is safe.
 *
 * @publicApi
 */
export class FlaskMarkup {
  constructor(readonly html: string) {}

  toString(): string {
    return this.html;
  }

  toJSON(): string {
    return this.html;
  }
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/**
 * A Python UUID. Its string form has dashes and lower-case letters.
 *
 * @publicApi
 */
export class FlaskUuid {
  readonly text: string;

  /**
   * @param text 32 hexadecimal digits, with or without dashes.
   * @throws RangeError if it is not a UUID.
   */
  constructor(text: string) {
    if (!uuid.test(text)) throw new RangeError('A UUID has 32 hexadecimal digits, with or without dashes.');
    const digits = text.replaceAll('-', '').toLowerCase();
    this.text = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** The 32 digits without dashes. */
  get hex(): string {
    return this.text.replaceAll('-', '');
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/**
 * A number that Python is to read as a `float` although it has no fraction: `new FlaskFloat(1)` is written as `1.0`, whereas
 * `1` is an `int`. For writing; values that were read are plain numbers, and become a `float` again when written back.
 *
 * @publicApi
 */
export class FlaskFloat {
  constructor(readonly value: number) {}

  valueOf(): number {
    return this.value;
  }

  toJSON(): number {
    return this.value;
  }
}
