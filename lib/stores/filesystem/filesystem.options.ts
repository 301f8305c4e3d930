import { integer, octal, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

export const filesystemOptions = group("The filesystem store: `type: 'filesystem'`.", {
  dir: option<string>({
    env: 'SESSION_FILE_DIR',
    kind: text({ pattern: /[^\0]+/, expected: 'the path of a folder' }),
    default: '.sessions',
    meaning:
      'The folder of the filesystem store, created when the application starts. Relative to the working directory.',
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
      'How many session files may exist before expired ones are removed at once, in addition to every few ' +
      'minutes; 0 for no limit. Live sessions are never removed.',
  }),
});
