/** What JSON can represent. @publicApi */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of JSON; a property that is undefined is left out. @publicApi */
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}
