import { describe, expect, it } from '@jest/globals';
import { SessionPeerMissingError, SessionStoreUnavailableError } from '../../../../lib/errors.js';
import { unavailable, unavailableNow } from '../../../../lib/stores/lmdb/lmdb.errors.js';

describe('errors of the LMDB store', () => {
  it.each([
    ['EROFS', 'EROFS, the file system is read-only'],
    [13, 'EACCES, this process has no permission'],
    [28, 'ENOSPC, no space is left on the device'],
    [-30793, 'this is not an LMDB file'],
    [-30782, 'a program that does not take turns with this one has opened it; restart the processes'],
    ['EUNHEARDOF', 'EUNHEARDOF'],
  ])('say for %s what an operator can do', (code, reason) => {
    const cause = Object.assign(new Error('as the library has it'), { code });
    const error = unavailableNow(cause, '/srv/sessions');
    expect(error).toBeInstanceOf(SessionStoreUnavailableError);
    expect(error.cause).toBe(cause);
    expect(error.message).toBe(
      `The session database /srv/sessions cannot be used: ${reason}. SESSION_LMDB_PATH (lmdb.path) says where it is.`,
    );
  });

  it('leave what nobody knows to the cause', () => {
    for (const cause of [new Error('odd'), Object.assign(new Error('odd'), { code: -1 }), 'odd', undefined]) {
      const error = unavailableNow(cause, '/srv/sessions');
      expect(error.message).toBe('The LMDB store failed; the cause says why.');
      expect(error.cause).toBe(cause);
    }
  });

  it('are those of this package where they are that already', async () => {
    const missing = new SessionPeerMissingError('lmdb', 'The LMDB store');
    expect(unavailableNow(missing, 'x')).toBe(missing);
    await expect(unavailable(missing, 'x')).resolves.toBe(missing);
  });

  it('have the reason of a failed commit, which the library hands over in a promise', async () => {
    const reason = Object.assign(new Error('No space left on device'), { code: 28 });
    const failed = Object.assign(new Error('Commit failed (see commitError for details)'), {
      commitError: Promise.reject(reason),
    });
    const error = await unavailable(failed, '/srv/sessions');
    expect(error.message).toContain('ENOSPC');
    expect(error.cause).toBe(reason);
  });
});
