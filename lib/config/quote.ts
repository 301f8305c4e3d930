const longest = 60;

/** Control characters, lone surrogates, and invisible characters that change how a log line reads. */
const unsafe = /[\p{Cc}\p{Cs}\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * A value for a message: a string in quotes, shortened, on one line; of an object only its kind, of a URL nothing that may
 * contain a password.
 */
export function quote(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoteText(value);
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return String(value);
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    default:
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : 'an object';
  }
}

function quoteText(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]{0,20}:/i.exec(text)?.[0];
  if (/[@?]/.test(text)) {
    return scheme === undefined ? 'a string that is not shown' : `a string that begins with "${scheme}"`;
  }
  return `"${oneLine(text)}"`;
}

/** A message on one line, with only the characters escaped that could make a log misleading. */
export function harmless(text: string, most: number): string {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text;
  return shown.replace(unsafe, escaped);
}

/** A string, shortened and on one line, with everything escaped that could make a log misleading. */
export function oneLine(text: string, most = longest): string {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text;
  return JSON.stringify(shown).slice(1, -1).replace(unsafe, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
