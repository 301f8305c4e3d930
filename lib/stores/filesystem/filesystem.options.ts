import { integer, octal, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

export const filesystemOptions = group("The filesystem store: `type: 'filesystem'`.", {
  dir: option<string>({
    env: 'SESSION_FILE_DIR',
    kind: text({ pattern: /[^\0]+/, expected: 'the path of a folder' }),
    default: '.sessions',
    meaning: 'The folder of the filesystem store, made when the application starts. Relative to the working directory.',
  }),
  mode: option<number, number | string>({
    env: 'SESSION_FILE_MODE',
    kind: octal(),
    default: 0o600,
    defaultText: '0600',
    meaning: "The permissions of a session's file, in octal.",
  }),
  threshold: option<number>({
    env: 'SESSION_FILE_THRESHOLD',
    kind: integer({ min: 0 }),
    default: 0,
    meaning:
      'How many session files there may be before those that have expired are removed at once, besides every few ' +
      'minutes; 0 for no limit. A live session is never removed.',
  }),
});
