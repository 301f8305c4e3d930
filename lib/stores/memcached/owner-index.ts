import { SessionStoreUnavailableError } from '../../errors.js';
import { flag, guarded, lives, remove, request, see, set } from './items.js';
import type { StepDone } from '../session-store.js';
import type { MemcachedServer } from './memcached.client.js';
import { secondsOfList } from './lifetime.js';
import { evictsMessage } from './memcached.errors.js';
import {
  decodeList,
  emptyList,
  encodeList,
  isYoung,
  type OwnerEntry,
  type OwnerList,
  toLookThrough,
  without,
  withEntry,
} from './owner-list.js';
import { ownerListKey } from './stored-key.js';

/**
 * How long a list is kept after the owner's last login, or after the last write or touch of one of its sessions: as long as
 * browsers keep a cookie at most. In seconds.
 */
const listSeconds = 400 * 24 * 60 * 60;

const sliceSize = 50;

/**
 * The owner index. Each server lists the records that are on that same server, so losing a server loses both: a list is never
 * missing while its records live. This needs two things:
 *
 * - The list is written before the record. Ending all of an owner's records increments the list's round first and deletes then;
 *   creating a record checks afterwards that the round is unchanged.
 * - The server never evicts, or it might evict the list only. The store checks that.
 */
export class OwnerIndex {
  /** Changes of a list within this process are queued in memory, so that they do not conflict on the server. */
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(
    private readonly servers: readonly MemcachedServer[],
    private readonly now: () => number,
  ) {}

  /** Adds a record that is about to be created. Returns the round. */
  async announce(server: MemcachedServer, owner: string, key: string): Promise<number> {
    const { round } = await this.change(server, owner, async (list) =>
      withEntry(await this.lookedThrough(server, list), key, this.now()),
    );
    return round;
  }

  /** Whether the announced record is still listed for the owner, in the same round. */
  async isListed(server: MemcachedServer, owner: string, key: string, round: number): Promise<boolean> {
    const { list } = await this.load(server, owner);
    return list.round === round && list.entries.some((entry) => entry.key === key);
  }

  /** Keeps the list for as long as one of its records may live. Sent together with the command that extends the record's life. */
  async keep(server: MemcachedServer, owner: string): Promise<void> {
    await request(server, `mg ${ownerListKey(owner)} T${String(this.expiry())}`);
  }

  async *keysOf(owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    await this.assertWhole();
    for (const server of this.servers) {
      const { list } = await this.load(server, owner);
      stepDone?.();
      for (const slice of slicesOf(list.entries)) {
        const isOwned = await Promise.all(slice.map(({ key }) => this.isOf(server, owner, key)));
        stepDone?.();
        yield* slice.flatMap(({ key }, index) => (isOwned[index] === true ? [key] : []));
      }
    }
  }

  async deleteAll(owner: string, exceptKey: string | undefined, stepDone?: StepDone): Promise<number> {
    await this.assertWhole();
    const deleted = await Promise.all(this.servers.map((server) => this.deleteOn(server, owner, exceptKey, stepDone)));
    return deleted.reduce((sum, count) => sum + count, 0);
  }

  /** @throws SessionStoreUnavailableError if a server evicts, so a list may be missing */
  async assertWhole(): Promise<void> {
    await Promise.all(
      this.servers.map(async (server) => {
        const { evicts } = await guarded(server, () => server.settings());
        const evictions = evicts === false ? await guarded(server, () => server.evictions()) : 1;
        if (evictions === 0) return;
        throw new SessionStoreUnavailableError(evictsMessage(server.name));
      }),
    );
  }

  private async deleteOn(
    server: MemcachedServer,
    owner: string,
    exceptKey: string | undefined,
    stepDone: StepDone | undefined,
  ): Promise<number> {
    const { entries, isThere } = await this.startRound(server, owner);
    stepDone?.();
    if (!isThere) return 0;
    const others = entries.filter(({ key }) => key !== exceptKey);
    let count = 0;
    for (const slice of slicesOf(others)) {
      const results = await Promise.all(
        slice.map(
          async ({ key }) => (await this.isOf(server, owner, key)) && (await remove(server, key)) === 'deleted',
        ),
      );
      count += results.filter((isDeleted) => isDeleted).length;
      const gone = slice.filter((entry, index) => results[index] === true || !isYoung(entry, this.now()));
      if (gone.length > 0) await this.change(server, owner, (list) => Promise.resolve(without(list, gone)));
      stepDone?.();
    }
    return count;
  }

  private async startRound(
    server: MemcachedServer,
    owner: string,
  ): Promise<{ readonly entries: readonly OwnerEntry[]; readonly isThere: boolean }> {
    if ((await this.load(server, owner)).token === 'absent') return { entries: [], isThere: false };
    const { entries } = await this.change(server, owner, (list) => Promise.resolve({ ...list, round: list.round + 1 }));
    return { entries, isThere: true };
  }

  /** Whether the record is live and the owner's: its key may have been another owner's when it was listed. */
  private async isOf(server: MemcachedServer, owner: string, key: string): Promise<boolean> {
    const item = await see(server, key, this.now());
    return item !== null && item.until !== null && item.value.owner === owner;
  }

  /** The list without entries of ended records, if it has grown enough to be worth checking. */
  private async lookedThrough(server: MemcachedServer, list: OwnerList): Promise<OwnerList> {
    const entries = toLookThrough(list, this.now());
    if (entries.length === 0) return list;
    const ended: OwnerEntry[] = [];
    for (const slice of slicesOf(entries)) {
      const isAlive = await Promise.all(slice.map(({ key }) => lives(server, key, this.now())));
      ended.push(...slice.filter((_, index) => isAlive[index] === false));
    }
    const rest = without(list, ended);
    return { ...rest, left: rest.entries.length };
  }

  /** Replaces the list: a compare-and-set loop from its latest state. */
  private async change(
    server: MemcachedServer,
    owner: string,
    edit: (list: OwnerList) => Promise<OwnerList>,
  ): Promise<OwnerList> {
    const queue = `${server.name} ${owner}`;
    const turn = (this.queues.get(queue) ?? Promise.resolve()).then(
      () => this.changeNow(server, owner, edit),
      () => this.changeNow(server, owner, edit),
    );
    this.queues.set(queue, turn);
    try {
      return await turn;
    } finally {
      if (this.queues.get(queue) === turn) this.queues.delete(queue);
    }
  }

  private async changeNow(
    server: MemcachedServer,
    owner: string,
    edit: (list: OwnerList) => Promise<OwnerList>,
  ): Promise<OwnerList> {
    for (;;) {
      const { list, token } = await this.load(server, owner);
      const edited = await edit(list);
      const condition = token === 'absent' ? 'ME' : `C${token}`;
      const flags = `${condition} T${String(this.expiry())}`;
      const result = await set(server, ownerListKey(owner), encodeList(edited), flags);
      if (typeof result === 'object') return edited;
    }
  }

  private async load(
    server: MemcachedServer,
    owner: string,
  ): Promise<{ readonly list: OwnerList; readonly token: string | 'absent' }> {
    const reply = await request(server, `mg ${ownerListKey(owner)} v c`);
    if (reply.value === null) return { list: emptyList, token: 'absent' };
    return { list: decodeList(reply.value), token: flag(reply, 'c', server) };
  }

  private expiry(): number {
    return secondsOfList(listSeconds, this.now());
  }
}

function* slicesOf<T>(items: readonly T[]): Generator<T[], void, undefined> {
  for (let start = 0; start < items.length; start += sliceSize) yield items.slice(start, start + sliceSize);
}
