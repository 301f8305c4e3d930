import { english, type MessageKey, type Messages } from './english.js';
import { german } from './german.js';

/** The values in a text, by their names in braces. */
export type MessageValues = Readonly<Record<string, string | number>>;

/** The texts of one language. */
export interface Texts {
  /** Such as `de`. */
  readonly locale: string;
  text(key: MessageKey, values?: MessageValues): string;
  /** The message for an error code; codes without one get a general message. */
  error(code: string): string;
  /** A duration, such as `2 hours`. @param ms rounded up to the unit that is shown */
  duration(ms: number): string;
  /** A time, such as `30 November 2026 at 08:31:04 UTC`. @param ms since the epoch */
  time(ms: number): string;
}

/** Translates a message; null: use the built-in one. @publicApi */
export type Translate = (key: MessageKey, values: MessageValues, locale: string) => string | null | undefined;

const inTheBox: Readonly<Record<string, Readonly<Record<MessageKey, string>>>> = { en: english, de: german };

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The texts in all languages of an application. */
export class MessageCatalog {
  readonly #languages: ReadonlyMap<string, Messages>;

  /** @param own texts that replace those in the box, or add languages, by language tag */
  constructor(
    own: Readonly<Record<string, Messages>>,
    private readonly fallback: string,
    private readonly translate: Translate | null,
  ) {
    const tags = new Set([...Object.keys(inTheBox), ...Object.keys(own).map((tag) => tag.toLowerCase())]);
    const ownByTag = new Map(Object.entries(own).map(([tag, messages]) => [tag.toLowerCase(), messages]));
    this.#languages = new Map([...tags].map((tag) => [tag, { ...inTheBox[tag], ...ownByTag.get(tag) }]));
  }

  /** Whether there are texts in a language. */
  has(tag: string): boolean {
    return this.#languages.has(tag.toLowerCase());
  }

  /** The texts for an account, or for a request: the account's language first, then what the browser prefers. */
  textsFor(accountLocale: string | null, acceptLanguage: string | undefined): Texts {
    const wanted = [...(accountLocale === null ? [] : [accountLocale]), ...languagesIn(acceptLanguage ?? '')];
    return this.textsIn(this.#firstKnown(wanted) ?? this.fallback);
  }

  textsIn(locale: string): Texts {
    const text = (key: MessageKey, values: MessageValues = {}): string =>
      this.translate?.(key, values, locale) ?? filled(this.#template(key, locale), values);
    return {
      locale,
      text,
      error(code) {
        const key = `error.${code}`;
        return text(isKey(key) ? key : 'error.title');
      },
      duration(ms) {
        if (ms >= 2 * day) return text('duration.days', { count: Math.ceil(ms / day) });
        if (ms >= 2 * hour) return text('duration.hours', { count: Math.ceil(ms / hour) });
        if (ms >= 2 * minute) return text('duration.minutes', { count: Math.ceil(ms / minute) });
        // No text has a form for one.
        return text('duration.seconds', { count: Math.max(2, Math.ceil(ms / second)) });
      },
      time: (ms) =>
        new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'long', timeZone: 'UTC' }).format(ms),
    };
  }

  #template(key: MessageKey, locale: string): string {
    return this.#languages.get(locale)?.[key] ?? this.#languages.get(this.fallback)?.[key] ?? english[key];
  }

  /** `de-AT` is satisfied by `de`. */
  #firstKnown(wanted: readonly string[]): string | undefined {
    for (const tag of wanted) {
      for (let part = tag.toLowerCase(); part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('-')))) {
        if (this.#languages.has(part)) return part;
      }
    }
    return undefined;
  }
}

/** The languages of an `Accept-Language` header (RFC 9110, 12.5.4), the preferred one first. */
export function languagesIn(header: string): string[] {
  return header
    .slice(0, 1_000)
    .split(',')
    .flatMap((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
      const weight = /^q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.exec(parameters[0] ?? 'q=1')?.[1];
      const quality = Number(weight ?? 0);
      return /^[a-z]{1,8}(?:-[a-z0-9]{1,8})*$/i.test(tag) && quality > 0 ? [{ tag, quality }] : [];
    })
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}

function filled(template: string, values: MessageValues): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : placeholder,
  );
}

/** Whether there is a text with this key. */
export function isKey(key: string): key is MessageKey {
  return Object.hasOwn(english, key);
}
