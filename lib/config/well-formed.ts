const halfCharacter = /\p{Surrogate}/u;

/**
 * Whether a string has no lone surrogates. A lone surrogate (`\ud800`) changes when it is stored, to the same character as any
 * other.
 */
export function isWellFormed(text: string): boolean {
  // For a short string of common characters, this takes a tenth of the time of a regular expression.
  for (let at = 0; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xf800) === 0xd800) return !halfCharacter.test(text);
  }
  return true;
}
