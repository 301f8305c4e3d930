import { bool, duration } from '../config/kinds.js';
import { type OptionKind, OptionMismatch } from '../config/option.js';

/** When reading a session extends it. In ms: at most that often; `auto`: as the idle timeout needs it; false: never. */
export type Refresh = 'auto' | number | false;

export function refreshKind(): OptionKind<Refresh, 'auto' | number | string | false> {
  const interval = duration();
  const truth = bool();
  return {
    expected: `auto, false, or ${interval.expected}`,
    parse(raw, source) {
      if (typeof raw === 'string' && raw.trim().toLowerCase() === 'auto') return 'auto';
      // First, since a 0 in the environment is also a way to write false.
      const time = interval.parse(raw, source);
      if (!(time instanceof OptionMismatch)) return time;
      return truth.parse(raw, source) === false ? false : new OptionMismatch();
    },
  };
}
