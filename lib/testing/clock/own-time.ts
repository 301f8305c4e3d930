import type { INestApplicationContext } from '@nestjs/common';
import { originalClock } from '../../config/clock.js';
import { SESSION_CONFIG } from '../../tokens.js';
import { isFake } from './fake-clock.js';

/** The types whose sessions expire by the option `clock`. */
const followers: readonly string[] = ['memory', 'filesystem', 'lmdb', 'cookie'];

interface Settings {
  readonly type: string | null;
  readonly store: object | null;
  readonly clock: () => number;
}

/** Warns if a fake clock affects the application but not its store: a test of an idle timeout would wait for ever. */
export function warnOfOwnTime(app: INestApplicationContext): void {
  const { type, store, clock } = app.get<Settings>(SESSION_CONFIG, { strict: false });
  const name = type ?? 'memory';
  // A custom store is not checked.
  if (store !== null || followers.includes(name) || !isFake(originalClock(clock))) return;
  process.emitWarning(
    `The session store "${name}" does not use the fake clock: its records expire by the time of its own server, so you cannot test an idle ` +
      'timeout with it. Use `type: "memory"` for that.',
    'SessionTestingWarning',
  );
}
