import { describe, expect, it } from '@jest/globals';
import { EndsElsewhere, type Held } from '../../../lib/endings/ends-elsewhere.js';
import type { KnownLogin } from '../../../lib/session/known-login.js';

const at = (id: string): KnownLogin => ({
  lineage: 'lineage',
  auth: { userId: 'ann', at: 0, lineage: 'lineage' },
  stored: { id },
});

/** A login, and a look at it whose results a test decides on, one after the other. */
function heldAt(id: string) {
  const looked: string[] = [];
  const finds: ((found: (KnownLogin | null)[]) => void)[] = [];
  let login = at(id);
  let isOver = false;
  const held: Held = {
    get login() {
      return login;
    },
    found: (found) => (login = found),
    end: () => (isOver = true),
  };
  const elsewhere = new EndsElsewhere(
    {
      find: ([known]) => {
        looked.push(known?.stored.id ?? '');
        return new Promise((resolve) => finds.push(resolve));
      },
      remaining: () => 60_000,
      endsIn: () => 60_000,
      everybodyMayHaveEnded: () => undefined,
    },
    null,
    () => 0,
    (error) => {
      throw error;
    },
  );
  return {
    held,
    looked,
    look: () => elsewhere.look(held),
    answer: (found: KnownLogin | null) => finds.shift()?.([found]),
    isOver: () => isOver,
  };
}

describe('a login that moves to another id while it is looked up', () => {
  it('is looked up there, and has not ended, where nothing was found at its former id', async () => {
    const { held, looked, look, answer, isOver } = heldAt('former');
    const end = look();
    held.found(at('new'));
    answer(null);
    await Promise.resolve();
    await Promise.resolve();
    expect(looked).toEqual(['former', 'new']);
    answer(at('new'));
    await end;
    expect([held.login?.stored.id, isOver()]).toEqual(['new', false]);
  });

  it('stays known where it is by now, where it was still found at its former id', async () => {
    const { held, look, answer } = heldAt('former');
    const end = look();
    held.found(at('new'));
    answer(at('former'));
    await Promise.resolve();
    await Promise.resolve();
    answer(at('new'));
    await end;
    expect(held.login?.stored.id).toBe('new');
  });

  it('has ended where nothing is found at its new id, either', async () => {
    const { held, look, answer, isOver } = heldAt('former');
    const end = look();
    held.found(at('new'));
    answer(null);
    await Promise.resolve();
    await Promise.resolve();
    answer(null);
    await end;
    expect(isOver()).toBe(true);
  });
});
