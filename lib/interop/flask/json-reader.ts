import { pushItem, setMember } from './exact.js';
import { boxFloat, readInt } from './python-numbers.js';
import { Unreadable } from './unreadable.js';

export interface JsonReaderOptions {
  /** The deepest allowed nesting of arrays and objects. */
  readonly maxDepth: number;
  /** Converts an object once its members are read. */
  readonly finish?: (object: Record<string, unknown>) => unknown;
}

const blank = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const words: readonly (readonly [word: string, value: unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads JSON as Python's `json` does: an `int` of any size keeps its digits, a `float` stays a float, and `NaN` and `Infinity`
 * are numbers. `JSON.parse` supports none of this.
 *
 * @throws Unreadable
 */
export function readJson(text: string, options: JsonReaderOptions): unknown {
  return new JsonReader(text, options).read();
}

class JsonReader {
  #at = 0;
  #depth = 0;

  constructor(
    private readonly text: string,
    private readonly options: JsonReaderOptions,
  ) {}

  read(): unknown {
    const value = this.#value();
    this.#skip(blank);
    if (this.#at < this.text.length) this.#refuse();
    return value;
  }

  #value(): unknown {
    this.#skip(blank);
    switch (this.text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#list());
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  #nested(read: () => unknown): unknown {
    if (++this.#depth > this.options.maxDepth) throw new Unreadable('It is nested too deeply.');
    this.#at++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): unknown {
    const object: Record<string, unknown> = {};
    if (!this.#ends('}')) {
      do {
        this.#skip(blank);
        const name = this.text[this.#at] === '"' ? this.#string() : this.#refuse();
        this.#expect(':');
        setMember(object, name, this.#value());
      } while (this.#continues('}'));
    }
    return this.options.finish === undefined ? object : this.options.finish(object);
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    if (this.#ends(']')) return list;
    do pushItem(list, this.#value());
    while (this.#continues(']'));
    return list;
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    let escaped = false;
    for (; this.text.charCodeAt(end) !== QUOTE; end++) {
      const code = this.text.charCodeAt(end);
      // A control character; or NaN, at the end of the string.
      if (!(code >= 0x20)) this.#refuse();
      if (code !== BACKSLASH) continue;
      escaped = true;
      end++;
    }
    this.#at = end + 1;
    return escaped ? unescape(this.text.slice(start, this.#at)) : this.text.slice(start + 1, end);
  }

  #word(): unknown {
    const found = words.find(([word]) => this.text.startsWith(word, this.#at));
    if (found !== undefined) {
      this.#at += found[0].length;
      return found[1];
    }
    const match = this.#skip(number);
    if (match === null) return this.#refuse();
    const [digits, fraction, exponent] = match;
    return fraction === undefined && exponent === undefined ? readInt(digits) : boxFloat(Number(digits));
  }

  #ends(bracket: string): boolean {
    this.#skip(blank);
    if (this.text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  #continues(bracket: string): boolean {
    if (this.#ends(bracket)) return false;
    this.#expect(',');
    return true;
  }

  #expect(character: string): void {
    this.#skip(blank);
    if (this.text[this.#at] !== character) this.#refuse();
    this.#at++;
  }

  #skip(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #refuse(): never {
    throw new Unreadable('It is not JSON.');
  }
}

function unescape(token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch (error) {
    throw new Unreadable('A string in it is invalid.', { cause: error });
  }
}
