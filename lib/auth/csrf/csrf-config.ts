import type { CsrfOptions } from './csrf.options.js';

/** The options of `CsrfGuard`, as a provider. */
export class CsrfConfig {
  readonly trusted: ReadonlySet<string>;
  /** As Node names it. */
  readonly header: string;

  constructor(readonly options: CsrfOptions) {
    this.trusted = new Set(options.trustedOrigins);
    this.header = options.header.toLowerCase();
  }
}
