import { DAY, MINUTE } from '../config/time.js';
const HOUR = 60 * MINUTE;
/** A session's timeouts in ms; null: none. */
export interface Timeouts {
  readonly idleTimeout: number | null;
  readonly absoluteTimeout: number | null;
}

export type TimeoutPreset = 'monthly' | 'daily' | 'twice-daily';

/** The limits of NIST SP 800-63B-4 for each authenticator assurance level: 2.1.3, 2.2.3, 2.3.3. */
export const timeoutPresets: Readonly<Record<TimeoutPreset, Timeouts>> = {
  monthly: { idleTimeout: null, absoluteTimeout: 30 * DAY },
  daily: { idleTimeout: HOUR, absoluteTimeout: DAY },
  'twice-daily': { idleTimeout: 15 * MINUTE, absoluteTimeout: 12 * HOUR },
};

/** The timeouts under a preset: settings may be shorter, never longer. */
export function timeoutsUnder(preset: TimeoutPreset | null, { idleTimeout, absoluteTimeout }: Timeouts): Timeouts {
  if (preset === null) return { idleTimeout, absoluteTimeout };
  const longest = timeoutPresets[preset];
  return {
    idleTimeout: shorter(idleTimeout, longest.idleTimeout),
    absoluteTimeout: shorter(absoluteTimeout, longest.absoluteTimeout),
  };
}

/** The effective one of two timeouts. */
export function shorter(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
