/** The bytes are not a record. Internal: such a session is treated as absent. */
export class BrokenRecord extends Error {}

/** Whether a part of a record is a plain object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether a part of a record is a time in ms since the epoch. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
