/** How long a connection may take to come about, and a statement to be answered. */
export const limitMs = 5_000;

/**
 * Cuts connections on which an answer has been waited for too long: a server that went away without a word (a pulled plug, a
 * failover behind one address) would otherwise keep them, and with them the pool, for as long as the system goes on trying.
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

  /** Cuts all on which an answer is waited for. */
  cutAll(): void {
    for (const [connection, timer] of this.inUse) {
      clearTimeout(timer);
      this.cut(connection);
    }
    this.inUse.clear();
  }
}
