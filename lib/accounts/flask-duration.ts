import { duration, type DurationOptions } from '../config/kinds.js';
import type { OptionKind } from '../config/option.js';

/** `5 days`, as Flask-Security writes durations. */
const words = /^\s*(\d+)\s*(second|minute|hour|day|week)s?\s*$/i;
const units: Readonly<Record<string, string>> = { second: 's', minute: 'm', hour: 'h', day: 'd', week: 'w' };

/** A duration, also in Flask-Security's form `5 days`; in ms once read. */
export function flaskDuration(bounds: Pick<DurationOptions, 'min' | 'max'>): OptionKind<number, number | string> {
  const kind = duration(bounds);
  return {
    expected: kind.expected,
    parse(raw, source) {
      const [, count = '', unit = ''] = (typeof raw === 'string' ? words.exec(raw) : null) ?? [];
      return kind.parse(count === '' ? raw : `${count}${String(units[unit.toLowerCase()])}`, source);
    },
  };
}
