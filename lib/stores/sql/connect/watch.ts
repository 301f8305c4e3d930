/** The limit for connecting and for each statement, in ms. */
export const limitMs = 5_000;

/**
 * Cuts connections that have waited too long for a reply: a server that disappeared silently (a pulled plug, a failover behind
 * one address) would otherwise hold them, and so the pool, until the system gives up.
 */
export class Watch<Connection> {
  private readonly inUse = new Map<Connection, NodeJS.Timeout>();

  constructor(private readonly cut: (connection: Connection) => void) {}

  begin(connection: Connection): void {
    const timer = setTimeout(() => {
      this.inUse.delete(connection);
      this.cut(connection);
    }, limitMs).unref();
    this.inUse.set(connection, timer);
  }

  /** Whether it is in use. */
  has(connection: Connection): boolean {
    return this.inUse.has(connection);
  }

  end(connection: Connection): void {
    clearTimeout(this.inUse.get(connection));
    this.inUse.delete(connection);
  }

  /** Cuts all that wait for a reply. */
  cutAll(): void {
    for (const [connection, timer] of this.inUse) {
      clearTimeout(timer);
      this.cut(connection);
    }
    this.inUse.clear();
  }
}
