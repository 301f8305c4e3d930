/** Logs warnings for developers, each once per application. */
export class Notices {
  readonly #said = new Set<string>();

  constructor(private readonly log: { warn(message: string): void }) {}

  /** @param code the topic; of each, only the first message is logged. */
  once(code: string, message: string): void {
    if (this.#said.has(code)) return;
    this.#said.add(code);
    this.log.warn(message);
  }
}
