/**
 * The data of your application's sessions. Declare its keys:
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

/** The type of a data key: as declared in {@link SessionData}, otherwise `unknown`. */
export type ValueOf<Key extends string> = Key extends keyof SessionData ? SessionData[Key] : unknown;

/** The type of a declared key's value if present, so that `[]` as a fallback gets the array's type. */
export type Declared<Key extends keyof SessionData> = Exclude<SessionData[Key], undefined>;
