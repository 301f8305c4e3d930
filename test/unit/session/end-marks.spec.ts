import { describe, expect, it } from '@jest/globals';
import { EndMarks } from '../../../lib/session/end-marks.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';

describe('the mark of logins that are about to end', () => {
  it('is an error where it cannot be set, so that nothing is reported as ended that may go on', async () => {
    const store = new MemoryStore();
    const marks = new EndMarks(store, 'session:');
    await marks.set(7, { lineages: ['one'] });
    await marks.set(7, { lineages: ['one'] });
    expect(await marks.has(7, { lineages: ['one'] })).toBe(true);
    store.touch = () => Promise.resolve(false);
    await expect(marks.set(7, { lineages: ['one'] })).rejects.toMatchObject({ code: 'SESSION_CONTENDED' });
    await store.close();
  });
});
