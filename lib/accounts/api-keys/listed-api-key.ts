/** An API key of an account, without the key itself. @publicApi */
export interface ApiKey {
  readonly id: string;
  readonly name: string | null;
  /** Its scopes. */
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  /** Accurate to a minute; null: never. */
  readonly lastUsedAt: Date | null;
  /** Null: valid until it is revoked. */
  readonly expiresAt: Date | null;
}
