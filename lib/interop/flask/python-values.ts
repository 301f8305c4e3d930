/** What stands for the values of Python that JavaScript has no type for. */

/**
 * A tuple: a list in all its uses, which Flask reads back as a tuple and not as a list. Made as any list is, by
 * `FlaskTuple.of('message', 'Hello')` or `FlaskTuple.from(list)`.
 *
 * @publicApi
 */
export class FlaskTuple<Item = unknown> extends Array<Item> {}

/**
 * `Markup` of MarkupSafe: HTML that a template does not escape. Only what is safe to show belongs in it.
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
 * A UUID of Python. Its text has dashes and small letters.
 *
 * @publicApi
 */
export class FlaskUuid {
  readonly text: string;

  /**
   * @param text 32 hexadecimal digits, with or without the dashes.
   * @throws RangeError if it is no UUID.
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
 * A number that Python shall have as a `float` though it has no fraction: `new FlaskFloat(1)` is written `1.0`, where `1`
 * alone is an `int`. For writing; what was read is a number, and becomes a `float` again when it is written back.
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
