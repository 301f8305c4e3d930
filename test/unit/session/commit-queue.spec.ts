import { describe, expect, it } from '@jest/globals';
import { CommitQueue, type Queued } from '../../../lib/session/commit-queue.js';
import { Checkpoint } from '../../support/checkpoint.js';

const anHour = 3_600_000;

/** A queue whose groups a test can hold. */
class WatchedQueue {
  /** What came together, in the order in which it was begun. */
  readonly groups: string[][] = [];
  readonly queue: CommitQueue<string>;
  readonly #held: Checkpoint[] = [];

  constructor(patience = anHour, then: (commits: readonly Queued<string>[]) => void = () => undefined) {
    this.queue = new CommitQueue(async (_key, commits) => {
      this.groups.push(commits.map(({ commit }) => commit));
      await this.#held.shift()?.pass();
      then(commits);
    }, patience);
  }

  /** Holds the next group that has its turn. */
  hold(): Checkpoint {
    const checkpoint = new Checkpoint();
    this.#held.push(checkpoint);
    return checkpoint;
  }
}

describe('CommitQueue', () => {
  it('begins at once where nothing is under way', () => {
    const { queue, groups } = new WatchedQueue();
    void queue.save('a', 'first');
    expect(groups).toEqual([['first']]);
  });

  it('saves together, in order, what came while something was under way, and other keys meanwhile', async () => {
    const watched = new WatchedQueue();
    const { queue, groups } = watched;
    const held = watched.hold();
    const saves = ['1', '2', '3'].map((commit) => queue.save('a', commit));
    await queue.save('b', 'other');
    expect(groups).toEqual([['1'], ['other']]);
    held.release();
    await Promise.all(saves);
    expect(groups).toEqual([['1'], ['other'], ['2', '3']]);
  });

  it('lets work that wants to be alone keep its place between groups', async () => {
    const watched = new WatchedQueue();
    const { queue, groups } = watched;
    const held = watched.hold();
    const alone = async (): Promise<void> => void groups.push(['alone']);
    const all = [queue.save('a', '1'), queue.save('a', '2'), queue.alone('a', alone), queue.save('a', '3')];
    held.release();
    await Promise.all(all);
    expect(groups).toEqual([['1'], ['2'], ['alone'], ['3']]);
  });

  it('answers those of a group who are refused with their error, and the others as one', async () => {
    const failures: Record<string, Error> = { bad: new Error('refused') };
    const { queue } = new WatchedQueue(anHour, (commits) => {
      for (const one of commits) {
        const error = failures[one.commit];
        if (error !== undefined) one.refuse(error);
      }
      if (commits.some(({ commit }) => commit === 'fatal')) throw new Error('all of them');
    });
    const answers = await Promise.allSettled(
      ['first', 'good', 'bad', 'better'].map((commit) => queue.save('a', commit)),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const later = await Promise.allSettled(['first', 'bad', 'fatal', 'good'].map((commit) => queue.save('b', commit)));
    expect(later.map((answer) => (answer.status === 'rejected' ? String(answer.reason) : answer.status))).toEqual([
      'fulfilled',
      'Error: refused',
      'Error: all of them',
      'Error: all of them',
    ]);
  });

  it('hands a failure of work that was alone to whoever asked for it, and goes on', async () => {
    const { queue } = new WatchedQueue();
    const failed = queue.alone('a', () => Promise.reject(new Error('no')));
    const next = queue.alone('a', () => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('makes no group so large that the first wait for all who come', async () => {
    const watched = new WatchedQueue();
    const held = watched.hold();
    const saves = Array.from({ length: 300 }, (_, index) => watched.queue.save('a', String(index)));
    held.release();
    await Promise.all(saves);
    expect(watched.groups.map(({ length }) => length)).toEqual([1, 128, 128, 43]);
  });

  it('lets nobody wait for ever behind what is stuck, be it itself', async () => {
    const watched = new WatchedQueue(20);
    const { queue, groups } = watched;
    watched.hold();
    void queue.save('a', 'stuck');
    await Promise.all([queue.save('a', 'next'), queue.alone('a', async () => groups.push(['alone']))]);
    expect(groups).toEqual([['stuck'], ['next'], ['alone']]);
    // Work that asks for its own turn once more.
    expect(await queue.alone('b', () => queue.alone('b', () => Promise.resolve('inner')))).toBe('inner');
  });
});
