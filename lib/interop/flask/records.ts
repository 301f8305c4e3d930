/**
 * What keeps the records of Flask-Session, reached by the key that {@link flaskSessionKey} gives.
 *
 * @publicApi
 */
export interface FlaskRecords {
  /** The bytes of the record, or `null` where there is none, or it has expired. A rejection means that nobody knows. */
  get(key: string): Promise<Uint8Array | null>;
  /** Removes the record; does nothing where there is none. Without it, old records are left until they expire. */
  delete?(key: string): Promise<unknown>;
  /** That no store of this package has keys or a format there which a key of Flask-Session could lead to. Default: it may have. */
  readonly isApart?: boolean | undefined;
}
