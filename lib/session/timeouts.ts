const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A session's timeouts in ms; null: none. */
export interface Timeouts {
  readonly idleTimeout: number | null;
  readonly absoluteTimeout: number | null;
}

export type TimeoutPreset = 'aal1' | 'aal2' | 'aal3';

/** The limits of NIST SP 800-63B-4 for each authenticator assurance level: 2.1.3, 2.2.3, 2.3.3. */
export const timeoutPresets: Readonly<Record<TimeoutPreset, Timeouts>> = {
  aal1: { idleTimeout: null, absoluteTimeout: 30 * DAY },
  aal2: { idleTimeout: HOUR, absoluteTimeout: DAY },
  aal3: { idleTimeout: 15 * MINUTE, absoluteTimeout: 12 * HOUR },
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
