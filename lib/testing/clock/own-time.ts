import type { INestApplicationContext } from '@nestjs/common';
import { originalClock } from '../../config/clock.js';
import { SESSION_CONFIG } from '../../tokens.js';
import { isFake } from './fake-clock.js';

/** Where sessions expire by the option `clock`. */
const followers: readonly string[] = ['memory', 'filesystem', 'lmdb', 'cookie'];

interface Settings {
  readonly type: string | null;
  readonly store: object | null;
  readonly clock: () => number;
}

/**
 * Says so where a fake clock moves the application and not its store: a test of an idle timeout would wait for what never
 * comes.
 */
export function warnOfOwnTime(app: INestApplicationContext): void {
  const { type, store, clock } = app.get<Settings>(SESSION_CONFIG, { strict: false });
  const name = type ?? 'memory';
  // A store that the application made is its own affair.
  if (store !== null || followers.includes(name) || !isFake(originalClock(clock))) return;
  process.emitWarning(
    `The session store "${name}" does not go by the fake clock: its records expire by the time of its own server, so an idle ` +
      'timeout cannot be tested with it. Use `type: "memory"` for that.',
    'SessionTestingWarning',
  );
}
