import { describe, expect, it } from '@jest/globals';
import { EndsChannel, type EndsListener } from '../../../lib/endings/ends-channel.js';
import { EndedLoginsBoard } from '../../../lib/session/ended-logins.js';
import type { AnnouncementListener, Announcements } from '../../../lib/stores/session-store.js';

const listener: EndsListener = {
  lineage: () => undefined,
  user: () => undefined,
  everybody: () => undefined,
  anybody: () => undefined,
};

function channelOver(announcements: Announcements) {
  const board = new EndedLoginsBoard();
  const warnings: string[] = [];
  return {
    board,
    warnings,
    channel: new EndsChannel(announcements, 'shop:', board, (text) => void warnings.push(text)),
  };
}

const failing: Announcements = {
  announce() {
    throw new Error('it cannot announce');
  },
  listen() {
    throw new Error('it cannot listen');
  },
};

describe('announcements of a store that an application wrote', () => {
  it('that fail at once fail no logout and no request, and are warned of once', async () => {
    const { board, channel, warnings } = channelOver(failing);
    const stop = channel.listen(listener);
    board.tell({ lineage: 'a' });
    board.tell({ userId: 7, exceptLineage: null });
    await Promise.resolve();
    expect(channel.isHeard()).toBe(false);
    stop();
    expect(warnings).toEqual([expect.stringContaining('it cannot listen')]);
  });

  it('may arrive before it has said how to stop them', async () => {
    let heard: AnnouncementListener | null = null;
    const { channel } = channelOver({
      announce: (_, message) => Promise.resolve(heard?.heard(message)),
      listen(_, toTell) {
        heard = toTell;
        toTell.connected();
        return { stop: () => Promise.resolve() };
      },
    });
    channel.listen(listener);
    await Promise.resolve();
    expect(channel.hears).toBe(true);
  });
});

describe('a connection on which no messages arrive', () => {
  function silent({ isWorkingAtFirst }: { readonly isWorkingAtFirst: boolean }) {
    let isWorking = isWorkingAtFirst;
    const opened: AnnouncementListener[] = [];
    let stopped = 0;
    const { channel } = channelOver({
      announce: (_, message) => {
        if (isWorking) for (const each of opened) each.heard(message);
        return Promise.resolve();
      },
      listen(_, toTell) {
        opened.push(toTell);
        const stop = (): Promise<void> => {
          stopped++;
          return Promise.resolve();
        };
        return { stop };
      },
    });
    channel.listen(listener);
    opened[0]?.connected();
    return {
      channel,
      opened,
      stopped: () => stopped,
      breakDown: () => (isWorking = false),
      repair: () => (isWorking = true),
    };
  }

  it('is opened again if it has worked before, once', () => {
    const { channel, opened, stopped, breakDown, repair } = silent({ isWorkingAtFirst: true });
    expect(channel.isHeard()).toBe(true);
    breakDown();
    expect([channel.isHeard(), channel.isHeard(), opened.length, stopped()]).toEqual([true, false, 2, 1]);
    opened[1]?.connected();
    expect([channel.isHeard(), channel.isHeard(), opened.length, stopped()]).toEqual([false, false, 2, 1]);
    repair();
    channel.isHeard();
    expect(channel.isHeard()).toBe(true);
  });

  it('is kept if it has never worked, as where an ACL lacks the channel', () => {
    const { channel, opened } = silent({ isWorkingAtFirst: false });
    for (let times = 0; times < 5; times++) expect(channel.isHeard()).toBe(false);
    expect(opened).toHaveLength(1);
  });
});
