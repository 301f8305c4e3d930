/** The data is not what Flask writes. Internal to this folder; its message says what is wrong, and quotes none of the data. */
export class Unreadable extends Error {}

/** The deepest allowed nesting, the same as for sessions of this package. */
export const deepest = 101;
