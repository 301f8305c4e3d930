/** Says what a developer should know and nothing else would say: each thing once for an application. */
export class Notices {
  readonly #said = new Set<string>();

  constructor(private readonly log: { warn(message: string): void }) {}

  /** @param code what this is about; of each code, the first message alone is said. */
  once(code: string, message: string): void {
    if (this.#said.has(code)) return;
    this.#said.add(code);
    this.log.warn(message);
  }
}
