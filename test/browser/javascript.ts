/** What the shop does it does in both; for `describe.each`. */
export const withAndWithoutJavaScript = [
  ['with JavaScript', true],
  ['without JavaScript', false],
] as const;
