/**
 * Access to the records of Flask-Session, by the key that {@link flaskSessionKey} returns.
 *
 * @publicApi
 */
export interface FlaskRecords {
  /** The bytes of the record, or `null` if it is absent or has expired. Reject if that cannot be determined. */
  get(key: string): Promise<Uint8Array | null>;
  /** Removes the record; a no-op if it is absent. Without this method, old records are left until they expire. */
  delete?(key: string): Promise<unknown>;
  /**
   * Whether a key of Flask-Session can never lead to data of this package's stores, because keys or formats differ. Default:
   * false.
   */
  readonly isApart?: boolean | undefined;
}
