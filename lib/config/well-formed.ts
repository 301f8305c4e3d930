const halfCharacter = /\p{Surrogate}/u;

/** Whether a text is whole characters. Half of one (`\ud800`) becomes another where it is stored, the same as any other half. */
export function isWellFormed(text: string): boolean {
  return !halfCharacter.test(text);
}
