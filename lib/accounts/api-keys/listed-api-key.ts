/** A key of an account, without what proves it. @publicApi */
export interface ApiKey {
  readonly id: string;
  readonly name: string | null;
  /** What it may be used for. */
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  /** To the minute; null: never. */
  readonly lastUsedAt: Date | null;
  /** Null: it is valid until it is revoked. */
  readonly expiresAt: Date | null;
}
