import { describe, expect, it } from '@jest/globals';
import { SessionContendedError } from '../../../lib/errors.js';
import { unavailable } from '../../../lib/stores/filesystem/filesystem.errors.js';

describe('errors of the filesystem store', () => {
  it.each([
    ['ENOSPC', 'no space is left'],
    ['EDQUOT', 'quota'],
    ['EACCES', 'no permission'],
    ['EROFS', 'read-only'],
    ['ENOTDIR', 'a part of the path is a file'],
    ['EMFILE', 'too many files'],
  ])('explain %s, and name the folder and its setting', (code, reason) => {
    const cause = Object.assign(new Error(`${code}: as the system says it`), { code });
    const error = unavailable(cause, '/srv/sessions');
    expect(error).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE', cause });
    expect(error.message).toContain(code);
    expect(error.message).toContain(reason);
    expect(error.message).toContain('/srv/sessions');
    expect(error.message).toContain('SESSION_FILE_DIR (filesystem.dir)');
  });

  it('name the code where there is no more to say', () => {
    const error = unavailable(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }), '/srv/sessions');
    expect(error.message).toContain('cannot be used: EIO.');
  });

  it('are left as they are where they are errors of this package', () => {
    const error = new SessionContendedError('as it was');
    expect(unavailable(error, '/srv/sessions')).toBe(error);
  });
});
