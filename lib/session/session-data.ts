/**
 * The data of an application's sessions. Empty here; an application says what it keeps:
 *
 * ```ts
 * declare module 'nestjs-session-auth' {
 *   interface SessionData { visits?: number; cart?: Item[] }
 * }
 * ```
 *
 * @publicApi
 */
export interface SessionData {}

/** The type of a data key: as declared in {@link SessionData}, `unknown` where it is not. */
export type ValueOf<Key extends string> = Key extends keyof SessionData ? SessionData[Key] : unknown;

/** The type of a declared key's value where there is one: `[]` as a fallback for a list is such a list, too. */
export type Declared<Key extends keyof SessionData> = Exclude<SessionData[Key], undefined>;
