/** There is nothing to set. */
export const nullOptions = {};
