/**
 * What the package may weigh, in bytes: about a tenth more than when these figures were last set. They are here so that
 * growth is a decision.
 */
export const budget = {
  /** The files that `import 'nestjs-session-auth'` loads at once, without source maps. */
  loaded: 1_050_000,
  /** The client, minified, as a bundler takes it along. */
  client: 5_000,
  /** The tarball, packed. */
  tarball: 4_600_000,
};

/** What to say where a budget is exceeded. */
export function exceeded(name: keyof typeof budget, bytes: number): string | null {
  if (bytes <= budget[name]) return null;
  return (
    `${name}: ${String(bytes)} bytes, and the budget is ${String(budget[name])}. Look for what has made it grow ` +
    '(`npm pack --dry-run` lists the files, `npm run loading` what is loaded): code that few need can be loaded when it is ' +
    'needed. If the growth is worth it, set the figure in `test/packaging/budget.ts` to a tenth above what it is now.'
  );
}
