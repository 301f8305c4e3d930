/** The arguments are invalid. The message may quote them, since no secret is passed as an argument. */
export class UsageError extends Error {}
