import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { SessionMeter, SessionOperation } from '../../../lib/session/session-meter.js';
import { idOf, Setup } from './setup.js';

/** A meter that notes what it hears, and the order in which work starts and ends. */
class NotingMeter implements SessionMeter {
  readonly notes: string[] = [];

  async run<Result>(operation: SessionOperation, work: () => Promise<Result>): Promise<Result> {
    this.notes.push(`${operation} starts`);
    try {
      return await work();
    } finally {
      this.notes.push(`${operation} ends`);
    }
  }

  conflict(): void {
    this.notes.push('conflict');
  }

  merged(): void {
    this.notes.push('merged');
  }
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the meter of a repository', () => {
  it('is not there at first, and then no clock is read for it', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    expect(setup.repository.metering.meter).toBeNull();
    const clock = jest.spyOn(performance, 'now');
    const session = await setup.request(id);
    session.set('b', 2);
    await session.commit();
    await setup.repository.login(session, { userId: 'ada', at: setup.time });
    await session.destroy();
    expect(clock).not.toHaveBeenCalled();
  });

  it('measures each operation once, whoever asks for it', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const meter = (setup.repository.metering.meter = new NotingMeter());
    const session = await setup.request(id);
    session.set('b', 2);
    await session.commit();
    await session.regenerate();
    await setup.repository.login(session, { userId: 'ada', at: setup.time });
    await setup.repository.confirm(session, { userId: 'ada', at: setup.time });
    await session.destroy();
    expect(meter.notes).toEqual(
      ['load', 'commit', 'regenerate', 'login', 'confirm', 'destroy'].flatMap((name) => [
        `${name} starts`,
        `${name} ends`,
      ]),
    );
  });

  it('measures no commit that has nothing to do, and no load of a cookie that has expired', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const session = await setup.request(id);
    const meter = (setup.repository.metering.meter = new NotingMeter());
    expect(setup.repository.commit(session)).toBeUndefined();
    expect(await setup.repository.load({ id, issuedAt: setup.time, endsAt: setup.time })).toBeNull();
    expect(meter.notes).toEqual([]);
  });

  it('hears of a conflict with another process, and of the merge', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const [mine, theirs] = [await setup.request(id), await setup.requestElsewhere(id)];
    theirs.set('theirs', true);
    await theirs.commit();
    const meter = (setup.repository.metering.meter = new NotingMeter());
    mine.set('mine', true);
    await mine.commit();
    expect(meter.notes).toEqual(['commit starts', 'conflict', 'merged', 'commit ends']);
    expect(await setup.dataOf(id)).toEqual({ a: 1, theirs: true, mine: true });
  });

  it('hears of a conflict while a session gets a new id', async () => {
    const setup = new Setup();
    const id = await setup.begin({ a: 1 });
    const [mine, theirs] = [await setup.request(id), await setup.requestElsewhere(id)];
    theirs.set('theirs', true);
    await theirs.commit();
    const meter = (setup.repository.metering.meter = new NotingMeter());
    await mine.regenerate();
    expect(meter.notes).toEqual(['regenerate starts', 'conflict', 'merged', 'regenerate ends']);
    expect(await setup.dataOf(idOf(mine))).toEqual({ a: 1, theirs: true });
  });
});
