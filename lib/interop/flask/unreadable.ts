/** What was read is not what Flask writes. It never leaves the room; its message says what is wrong, and shows nothing of it. */
export class Unreadable extends Error {}

/** Deeper than any session that somebody meant; sessions of this package end there, too. */
export const deepest = 101;
