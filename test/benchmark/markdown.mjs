/** The words and forms that the tables share. */
export const NOT_MEASURED = '–';
export const PLATFORMS = { express: 'Express', fastify: 'Fastify' };
export const AGAINST = { untouched: 'no session', read: 'the floor', write: 'the floor' };
export const NAMES = { untouched: 'untouched', read: 'read', write: 'read and write' };

export const table = (heads, rows) => {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
};
/** @param reached undefined where nothing was measured, 'unclear' where it cannot be told */
export const verdict = (reached) => {
  if (reached === undefined) return NOT_MEASURED;
  if (reached === 'unclear') return 'unclear';
  return reached ? 'yes' : '**no**';
};
export const fixed = (value) => value.toFixed(2);
export const spread = (value) =>
  value ? `${fixed(value.median)} (${fixed(value.least)}–${fixed(value.greatest)})` : NOT_MEASURED;
export const user = (value) => (value === null ? 'none' : String(value));
export const greatest = (values) => (values.length ? Math.max(...values) : undefined);
export const least = (values) => (values.length ? Math.min(...values) : undefined);
