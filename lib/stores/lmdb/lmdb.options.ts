import { text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';

export const lmdbOptions = group("The LMDB store: `type: 'lmdb'`.", {
  path: option<string>({
    env: 'SESSION_LMDB_PATH',
    kind: text({ pattern: /[^\0]+/, expected: 'the path of a folder, or of a file whose name ends in .mdb' }),
    default: '.sessions',
    meaning:
      'Where the LMDB store keeps its database: a folder, or a file whose name ends in .mdb. Created when the application ' +
      'starts. Relative to the working directory.',
  }),
});
