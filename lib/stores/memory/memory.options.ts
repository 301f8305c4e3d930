import { integer } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

export const memoryOptions = group("The memory store: `type: 'memory'`.", {
  maxSessions: option<number>({
    env: 'SESSION_MEMORY_MAX',
    kind: integer({ min: 1 }),
    default: 10_000,
    meaning:
      'How many sessions the memory store holds. One more evicts the least recently used session, those without a login ' +
      'first.',
  }),
  maxNotes: option<number>({
    env: 'SESSION_MEMORY_MAX_NOTES',
    kind: integer({ min: 1 }),
    default: 100_000,
    meaning:
      'How many notes of one kind the memory store holds besides: that sealed sessions have ended, that logins failed. None is ' +
      'removed early.',
  }),
});
