/** The place in a page where tables of the benchmark stand. */
import { readFileSync, writeFileSync } from 'node:fs';

const MARKERS = ['<!-- bench:start -->', '<!-- bench:end -->'];

function split(text) {
  const [start, end] = MARKERS.map((marker) => text.indexOf(marker));
  if (start < 0 || end < start) throw new Error(`The page needs the lines ${MARKERS.join(' and ')}`);
  return { before: text.slice(0, start), after: text.slice(end) };
}

/** Throws where there is no such place: before a run of minutes, not after it. */
export const checkPage = (file) => void split(readFileSync(file, 'utf8'));

/** Puts the tables between the markers, in place of what stood there. */
export function writePage(file, markdown) {
  const { before, after } = split(readFileSync(file, 'utf8'));
  writeFileSync(file, `${before}${MARKERS[0]}\n\n${markdown}\n\n${after}`);
}
