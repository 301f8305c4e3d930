/** The command line of a run. */
import { parseArgs } from 'node:util';
import { APPLICATIONS } from './applications.mjs';
import { ROUTES } from './speed.mjs';

const MOST_ROUNDS = 50;
const MOST_SECONDS = 60;

/** What to measure; an error that says what is known for what is not. */
export function readSettings() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', default: 'express,fastify' },
      apps: { type: 'string', default: APPLICATIONS.map(({ name }) => name).join() },
      routes: { type: 'string', default: ROUTES.join() },
      write: { type: 'boolean', default: false },
    },
  });
  const number = (name, least, most) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Error(`--${name} must be a whole number from ${least} to ${most}`);
  };
  const choice = (name, known) => {
    const chosen = values[name].split(',');
    const unknown = chosen.find((value) => !known.includes(value));
    if (unknown === undefined) return known.filter((value) => chosen.includes(value));
    throw new Error(`--${name} knows ${known.join(', ')}, not ${JSON.stringify(unknown)}`);
  };
  const names = choice(
    'apps',
    APPLICATIONS.map(({ name }) => name),
  );
  return {
    rounds: number('rounds', 0, MOST_ROUNDS),
    seconds: number('seconds', 1, MOST_SECONDS),
    platforms: choice('only', ['express', 'fastify']),
    routes: choice('routes', ROUTES),
    applications: APPLICATIONS.filter(({ name }) => names.includes(name)),
    write: values.write,
  };
}
