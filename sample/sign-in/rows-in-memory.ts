type Row = Readonly<Record<string, unknown>>;

/** Where the demo provider keeps what it has issued, by kind. */
const kinds = new Map<string, Map<string, Row>>();

/** The rows of one kind, as `oidc-provider` asks for them. */
export class RowsInMemory {
  readonly #rows: Map<string, Row>;

  constructor(kind: string) {
    this.#rows = kinds.get(kind) ?? new Map<string, Row>();
    kinds.set(kind, this.#rows);
  }

  upsert(id: string, row: Row): Promise<void> {
    this.#rows.set(id, row);
    return Promise.resolve();
  }

  find(id: string): Promise<Row | undefined> {
    return Promise.resolve(this.#rows.get(id));
  }

  findByUid(uid: string): Promise<Row | undefined> {
    return Promise.resolve([...this.#rows.values()].find((row) => row['uid'] === uid));
  }

  consume(id: string): Promise<void> {
    const row = this.#rows.get(id);
    if (row !== undefined) this.#rows.set(id, { ...row, consumed: Math.floor(Date.now() / 1000) });
    return Promise.resolve();
  }

  destroy(id: string): Promise<void> {
    this.#rows.delete(id);
    return Promise.resolve();
  }

  revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, row] of this.#rows) if (row['grantId'] === grantId) this.#rows.delete(id);
    return Promise.resolve();
  }
}
