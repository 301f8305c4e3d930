/** No options. */
export const nullOptions = {};
