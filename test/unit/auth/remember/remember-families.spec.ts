import { beforeEach, describe, expect, it } from '@jest/globals';
import { SessionContendedError, SessionGoneError } from '../../../../lib/errors.js';
import type { Begun, Turn } from '../../../../lib/auth/remember/remember-families.js';
import {
  RememberStore,
  type RememberRow,
  type StoredRememberRow,
} from '../../../../lib/auth/remember/remember-store.js';
import { hashOf, newFamily, newValidator, type RememberToken } from '../../../../lib/auth/remember/remember-token.js';
import { times } from '../../session/setup.js';
import { day, FamilySetup, hour, minute, second } from './setup.js';

/** Hands everything on; a test changes what it wants to. */
class PassingStore extends RememberStore {
  replacements = 0;
  /** Makes each replacement meet another one. */
  isContended = false;

  constructor(private readonly inner: RememberStore) {
    super();
  }

  override create(family: string, row: RememberRow): Promise<boolean> {
    return this.inner.create(family, row);
  }

  override read(family: string): Promise<StoredRememberRow | null> {
    return this.inner.read(family);
  }

  override async replace(
    family: string,
    row: RememberRow,
    version: unknown,
  ): Promise<'replaced' | 'gone' | StoredRememberRow> {
    this.replacements++;
    const now = this.isContended ? await this.inner.read(family) : null;
    return now ?? this.inner.replace(family, row, version);
  }

  override end(family: string): Promise<RememberRow | null> {
    return this.inner.end(family);
  }

  override endAll(userId: string | number, exceptFamily?: string): Promise<number> {
    return this.inner.endAll(userId, exceptFamily);
  }
}

describe('the families of tokens', () => {
  let setup: FamilySetup;
  let rows: PassingStore;
  beforeEach(() => start());

  function start(remember: Record<string, unknown> = {}): void {
    setup = new FamilySetup({ remember }, (inner) => (rows = new PassingStore(inner)));
  }

  function begin(duration = 30 * day): Promise<Begun> {
    return setup.families.begin(setup.facts(), duration);
  }

  /** Looks, and takes the turn. */
  async function use(token: RememberToken): Promise<Turn | 'stolen' | null> {
    const found = await setup.families.look(token);
    return found === null || found === 'stolen' ? found : setup.families.turn(token, found);
  }

  async function turnOf(token: RememberToken): Promise<Turn> {
    const turn = await use(token);
    if (turn === null || turn === 'stolen') throw new Error(`This test expects a turn, not ${String(turn)}.`);
    return turn;
  }

  function tokenOf({ family, successor: { validator } }: Turn): RememberToken {
    return { family, validator };
  }

  it('begin with a row that has no validator in it, and all that the login brought', async () => {
    const facts = setup.facts({ idleTimeout: null, absoluteTimeout: hour, forced: true });
    const { token, row } = await setup.families.begin(facts, 30 * day);
    expect((await setup.rowOf(token.family)).row).toEqual(row);
    expect(row).toEqual({
      userId: 7,
      validator: hashOf(token.validator),
      previous: null,
      rotatedAt: setup.time,
      isShown: false,
      createdAt: setup.time,
      expiresAt: setup.time + 30 * day,
      duration: 30 * day,
      idleTimeout: null,
      absoluteTimeout: hour,
      forced: true,
    });
  });

  it('do not begin where the store has refused the row', async () => {
    rows.create = () => Promise.resolve(false);
    await expect(begin()).rejects.toThrow(SessionGoneError);
  });

  describe('a look', () => {
    it('finds the row of the good token', async () => {
      const { token, row } = await begin();
      expect(await setup.families.look(token)).toMatchObject({ row });
    });

    it('finds nothing where the family is not there, has ended, has expired, or was before its time', async () => {
      expect(await setup.families.look({ family: newFamily(), validator: newValidator() })).toBeNull();
      const { token: ended } = await begin();
      await setup.families.end(ended.family);
      expect(await setup.families.look(ended)).toBeNull();
      const { token: expired } = await begin(hour);
      setup.time += hour;
      expect(await setup.families.look(expired)).toBeNull();
      const { token: before } = await begin();
      await setup.notBefore.raise();
      expect(await setup.families.look(before)).toBeNull();
      setup.time += 1;
      expect(await setup.families.look((await begin()).token)).not.toBeNull();
    });

    it('goes by its own clock where a store still gives what has expired', async () => {
      const { token, row } = await begin(hour);
      rows.read = () => Promise.resolve({ row, version: 1 });
      setup.time += hour - 1;
      expect(await setup.families.look(token)).toMatchObject({ row });
      setup.time += 1;
      expect(await setup.families.look(token)).toBeNull();
    });

    it('is told of a stolen one by another validator', async () => {
      const { token } = await begin();
      expect(await setup.families.look({ ...token, validator: newValidator() })).toBe('stolen');
    });
  });

  describe('a turn', () => {
    it('makes a successor, which is good from then on', async () => {
      const { token, row } = await begin();
      setup.time += hour;
      const turn = await turnOf(token);
      expect(turn.isFirst).toBe(true);
      expect(turn.row).toMatchObject({
        ...row,
        validator: hashOf(turn.successor.validator),
        previous: {},
        rotatedAt: setup.time,
      });
      expect((await setup.rowOf(token.family)).row).toEqual(turn.row);
      const next = await turnOf(tokenOf(turn));
      expect(next.successor).not.toEqual(turn.successor);
    });

    it('leads to that successor for the grace time, and writes nothing', async () => {
      const { token } = await begin();
      const first = await turnOf(token);
      rows.replacements = 0;
      for (const passed of [0, 10 * second, 19 * second + 999]) {
        setup.time += passed;
        expect(await turnOf(token)).toEqual({ ...first, isFirst: false });
      }
      expect(rows.replacements).toBe(0);
      setup.time += 1;
      expect(await turnOf(token)).toMatchObject({ isFirst: true });
    });

    it('after the grace, when the successor was shown, is a theft', async () => {
      const { token } = await begin();
      const first = await turnOf(token);
      expect(await setup.families.noteArrival(token.family, first.row.rotatedAt)).toBe(true);
      setup.time += 30 * second;
      expect(await use(token)).toBe('stolen');
    });

    it('of a token whose successor has had its turn is a theft at once', async () => {
      const { token } = await begin();
      await turnOf(tokenOf(await turnOf(token)));
      expect(await use(token)).toBe('stolen');
    });

    it('standards.md 8 row 14: after the grace, when nobody ever showed the successor, makes another one', async () => {
      const { token } = await begin();
      const lost = await turnOf(token);
      setup.time += day;
      const turn = await turnOf(token);
      expect(turn).toMatchObject({ isFirst: true, row: { rotatedAt: setup.time, isShown: false } });
      expect(await use(tokenOf(lost))).toBe('stolen');
      expect(await turnOf(token)).toMatchObject({ isFirst: false, successor: turn.successor });
    });

    it('then ends the session that the lost one had begun', async () => {
      const { token } = await begin();
      const { successor } = await turnOf(token);
      const { repository } = setup.runtime;
      await repository.login(repository.create(), setup.facts(), successor.companion);
      const find = () => repository.load({ id: successor.companion, issuedAt: setup.time });
      expect(await find()).not.toBeNull();
      setup.time += minute;
      await turnOf(token);
      expect(await find()).toBeNull();
    });

    it('does not put off the end, unless use does', async () => {
      const { token, row } = await begin();
      setup.time += hour;
      expect((await turnOf(token)).row.expiresAt).toBe(row.expiresAt);
      start({ refreshEachRequest: true });
      const other = await begin();
      setup.time += hour;
      expect((await turnOf(other.token)).row.expiresAt).toBe(setup.time + 30 * day);
    });

    it('is the first for one of twenty at once, and the others follow it', async () => {
      const { token } = await begin();
      const turns = await times(20, () => turnOf(token));
      expect(turns.filter(({ isFirst }) => isFirst)).toHaveLength(1);
      expect(new Set(turns.map(({ successor }) => successor.validator)).size).toBe(1);
      expect(new Set(turns.map(({ successor }) => successor.companion)).size).toBe(1);
    });

    it('is null where the family ends meanwhile', async () => {
      const { token } = await begin();
      const found = await setup.rowOf(token.family);
      await setup.families.end(token.family);
      expect(await setup.families.turn(token, found)).toBeNull();
    });

    it('is a theft where others have gone on meanwhile', async () => {
      const { token } = await begin();
      const found = await setup.rowOf(token.family);
      await turnOf(tokenOf(await turnOf(token)));
      expect(await setup.families.turn(token, found)).toBe('stolen');
    });

    it('makes another successor where the stored one cannot be opened', async () => {
      const { token } = await begin();
      await turnOf(token);
      const { row, version } = await setup.rowOf(token.family);
      await setup.rows.replace(
        token.family,
        { ...row, previous: { validator: hashOf(token.validator), successor: 'x' } },
        version,
      );
      expect(await turnOf(token)).toMatchObject({ isFirst: true });
    });

    it('gives up after 64 conflicts', async () => {
      const { token } = await begin();
      rows.isContended = true;
      rows.replacements = 0;
      await expect(use(token)).rejects.toThrow(SessionContendedError);
      expect(rows.replacements).toBe(64);
    });
  });

  describe('the arrival of a session', () => {
    it('of this turn shows the successor, whether that comes along or not', async () => {
      for (const withToken of [true, false]) {
        const { token } = await begin();
        const turn = await turnOf(token);
        const shown = withToken ? [tokenOf(turn)] : [];
        expect(await setup.families.noteArrival(token.family, turn.row.rotatedAt, ...shown)).toBe(true);
        expect((await setup.rowOf(token.family)).row.isShown).toBe(true);
        setup.time += minute;
      }
    });

    it('with the good token shows it, whatever has become of the session', async () => {
      const { token } = await begin();
      const turn = await turnOf(token);
      await setup.families.noteArrival(token.family, turn.row.rotatedAt + 5, tokenOf(turn));
      expect((await setup.rowOf(token.family)).row.isShown).toBe(true);
    });

    it('of another turn, with another token, shows nothing', async () => {
      const { token } = await begin();
      const turn = await turnOf(token);
      expect(await setup.families.noteArrival(token.family, turn.row.rotatedAt - 1, token)).toBe(true);
      expect(await setup.families.noteArrival(token.family, turn.row.rotatedAt - 1)).toBe(true);
      expect((await setup.rowOf(token.family)).row.isShown).toBe(false);
    });

    it('writes once, however many there are', async () => {
      const { token } = await begin();
      const turn = await turnOf(token);
      const note = () => setup.families.noteArrival(token.family, turn.row.rotatedAt, tokenOf(turn));
      await times(20, note);
      rows.replacements = 0;
      expect(await note()).toBe(true);
      expect(rows.replacements).toBe(0);
    });

    it('is told where the family has ended', async () => {
      const { token } = await begin();
      const turn = await turnOf(token);
      await setup.families.end(token.family);
      expect(await setup.families.noteArrival(token.family, turn.row.rotatedAt, tokenOf(turn))).toBe(false);
    });

    it('gives up after 64 conflicts', async () => {
      const { token } = await begin();
      const turn = await turnOf(token);
      rows.isContended = true;
      await expect(setup.families.noteArrival(token.family, turn.row.rotatedAt)).rejects.toThrow(SessionContendedError);
    });
  });

  describe('an extension', () => {
    it.each([
      [30 * day, day],
      [20 * day, day],
      [20 * hour, hour],
      [20 * minute, minute],
    ])('of a login that is remembered for %d ms is due after %d', (duration, due) => {
      const issuedAt = setup.time;
      setup.time += due - 1;
      expect(setup.families.isExtensionDue({ issuedAt, duration })).toBe(false);
      setup.time += 1;
      expect(setup.families.isExtensionDue({ issuedAt, duration })).toBe(true);
    });

    it('counts from now, and keeps the token', async () => {
      const { token, row } = await begin();
      setup.time += 2 * day;
      expect(await setup.families.extend(token)).toEqual({ ...row, expiresAt: setup.time + 30 * day });
      expect((await setup.rowOf(token.family)).row.expiresAt).toBe(setup.time + 30 * day);
    });

    it('is done once by twenty at once, and is for all', async () => {
      const { token } = await begin();
      setup.time += 2 * day;
      rows.replacements = 0;
      await setup.families.extend(token);
      setup.time += second;
      const extended = await times(20, () => setup.families.extend(token));
      expect(new Set(extended.map((row) => row?.expiresAt)).size).toBe(1);
      expect(rows.replacements).toBe(1);
    });

    it('is not for a token that is not the good one, nor where the family has ended', async () => {
      const { token } = await begin();
      const turn = await turnOf(token);
      setup.time += 2 * day;
      expect(await setup.families.extend(token)).toBeNull();
      expect((await setup.rowOf(token.family)).row).toEqual(turn.row);
      await setup.families.end(token.family);
      expect(await setup.families.extend(tokenOf(turn))).toBeNull();
    });
  });

  it('give the row of the good token alone', async () => {
    const { token, row } = await begin();
    expect(await setup.families.goodOf(token.family, [token])).toEqual({ token, row });
    expect(await setup.families.goodOf(token.family, [{ ...token, validator: newValidator() }])).toBeNull();
    await setup.families.end(token.family);
    expect(await setup.families.goodOf(token.family, [token])).toBeNull();
  });

  it('live until they end, one by one or all of a user, but one', async () => {
    const [one, two, three] = [await begin(), await begin(), await begin()];
    const lives = (): Promise<boolean[]> =>
      Promise.all([one, two, three].map(({ token: { family } }) => setup.families.lives(family)));
    expect(await setup.families.end(one.token.family)).toEqual(one.row);
    expect(await setup.families.end(one.token.family)).toBeNull();
    expect(await lives()).toEqual([false, true, true]);
    expect(await setup.families.endAll(7, three.token.family)).toBe(1);
    expect(await lives()).toEqual([false, false, true]);
    expect(await setup.families.endAll('7')).toBe(0);
    expect(await setup.families.endAll(7)).toBe(1);
    expect(await lives()).toEqual([false, false, false]);
  });
});
