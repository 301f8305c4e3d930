import type { AdoptionProgress } from '../../accounts/index.js';
import type { Terminal } from '../terminal.js';

/** How often a line is printed where nothing can be overwritten, in ms. */
const lineEvery = 10_000;

/** Says how far an adoption is. */
export class AdoptionProgressLine {
  #printedAt = performance.now();

  constructor(
    private readonly terminal: Terminal,
    private readonly isDryRun: boolean,
  ) {}

  show({ done, total, rowsPerSecond }: AdoptionProgress): void {
    const verb = this.isDryRun ? 'Looked at' : 'Adopting:';
    const line = `${verb} ${number(done)} of ${number(total)} users, ${number(rowsPerSecond)} rows/s`;
    this.terminal.progress(`${line} …`);
    if (this.terminal.showsProgress === true || performance.now() - this.#printedAt < lineEvery) return;
    this.#printedAt = performance.now();
    this.terminal.complain(line);
  }
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}
