/** Whether a word has the form of the ids that accounts get by default. */
export function isAccountId(word: string): boolean {
  return /^[\w-]{22}$/.test(word);
}
