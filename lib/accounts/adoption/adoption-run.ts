import type { KeyRing } from '../../cookie/key-ring.js';
import { changedAccount, newAccountId, type StoredAccount } from '../repository/account.js';
import type { Credential } from '../repository/credential.js';
import { type AdoptedAccount, type AdoptedUser, type AdoptedUsers, externalName, markOf } from './adopted-users.js';
import { AdoptionError } from './adoption-error.js';
import { type AdoptionPlan, planOf, refusalOf, refusedPlan } from './adoption-plan.js';
import { AdoptionCount, type AdoptionProgress, type AdoptionReport } from './adoption-report.js';
import type { AdoptionNote, AdoptionRefusal } from './foreign-user.js';
import type { ForeignRecord, ForeignUsers } from './formats/foreign-format.js';
import { SeenKeys } from './seen-keys.js';
import type { ForeignDatabase, ForeignRow } from './source/foreign-database.js';
import { idIn } from './source/values.js';

/** A user as the account and the credentials that it becomes. @publicApi */
export interface ReadUser {
  /** The id in the other application. */
  readonly foreignId: string;
  readonly account: StoredAccount;
  readonly credentials: readonly Credential[];
}

interface RunSettings {
  readonly source: string;
  readonly batch: number;
  readonly dryRun: boolean;
  /** Null: it is not the application that stores users. */
  readonly into: ((users: readonly ReadUser[]) => Promise<void>) | null;
  readonly update: boolean;
  readonly signal: AbortSignal | null;
  readonly onProgress: ((progress: AdoptionProgress) => void) | null;
  readonly keys: KeyRing;
  readonly keepsIds: boolean;
  readonly isConfirmed: boolean;
}

/** A user that may become an account. */
interface Candidate {
  readonly id: string;
  readonly mark: string;
  readonly plan: AdoptionPlan;
}

/** How often a batch may find that somebody has registered in between with one of its addresses. */
const mostAttempts = 10;

/** One run over all users. */
export class AdoptionRun {
  readonly #count = new AdoptionCount();
  /** Of a dry run, and so that the report is the same without one. */
  readonly #emails = new SeenKeys();
  readonly #usernames = new SeenKeys();

  /** @param accounts null: a dry run without a look at the accounts that there are */
  constructor(
    private readonly database: ForeignDatabase,
    private readonly users: ForeignUsers,
    private readonly accounts: AdoptedUsers | null,
    private readonly settings: RunSettings,
  ) {}

  async run(): Promise<AdoptionReport> {
    const { batch, dryRun, signal, source } = this.settings;
    const { table, columns, key, read, hints } = this.users;
    if (!dryRun) await this.accounts?.prepare();
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1_000;
    const total = await this.database.count(table);
    let after: ForeignRow[string] = null;
    let isInterrupted = false;
    for (;;) {
      isInterrupted = signal?.aborted === true;
      if (isInterrupted) break;
      const rows = await this.database.page(table, columns, key, after, batch);
      if (rows.length === 0) break;
      await this.#adopt(rows);
      after = rows.at(-1)?.[key] ?? null;
      this.#count.users += rows.length;
      const done = this.#count.users;
      this.settings.onProgress?.({ done, total: Math.max(total, done), rowsPerSecond: Math.round(done / seconds()) });
    }
    return this.#count.report({
      ...{ isDryRun: dryRun, isInterrupted, source, hints },
      columns: read,
      seconds: seconds(),
    });
  }

  async #adopt(rows: readonly ForeignRow[]): Promise<void> {
    const idOf = (row: ForeignRow): string => idIn(row[this.users.key]);
    const known = (await this.accounts?.known(rows.map(idOf))) ?? new Map<string, AdoptedUser>();
    const fresh = rows.filter((row) => !known.has(idOf(row)));
    const former = this.settings.update ? rows.filter((row) => known.has(idOf(row))) : [];
    this.#count.before += rows.length - fresh.length - former.length;
    await this.#add(await Promise.all((await this.users.gather(fresh)).map((record) => this.#candidate(record))));
    const there =
      (await this.accounts?.there(former.flatMap((row) => known.get(idOf(row))?.accountId ?? []))) ?? new Set();
    for (const record of await this.users.gather(former)) {
      const adopted = known.get(idOf(record.row));
      if (adopted === undefined) continue;
      if (!there.has(adopted.accountId)) this.#count.deleted++;
      else if (markOf(record, this.users.tracking) === adopted.mark) this.#count.before++;
      else await this.#update(record, adopted);
    }
  }

  /** @param accountId of the account that the user has already */
  async #candidate(record: ForeignRecord, accountId: string | null = null): Promise<Candidate> {
    const id = idIn(record.row[this.users.key]);
    const mark = markOf(record, this.users.tracking);
    const { keys, keepsIds, isConfirmed } = this.settings;
    try {
      const user = await this.users.decode(record);
      const ownId = accountId ?? (keepsIds ? id : newAccountId());
      return { id, mark, plan: planOf(ownId, user, { keys, isConfirmed, now: new Date() }) };
    } catch (error) {
      if (error instanceof AdoptionError) throw error;
      return { id, mark, plan: refusedPlan(refusalOf(error)) };
    }
  }

  /** Adopts those of the candidates that can be, in one transaction. */
  async #add(candidates: readonly Candidate[]): Promise<void> {
    const unique = candidates.map((candidate) => this.#amongThemselves(candidate));
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const decided = await this.#withoutAdopted(await this.#amongAccounts(unique));
      const accepted = decided.flatMap(({ id, mark, plan: { account, credentials } }): AdoptedAccount[] =>
        account === null ? [] : [{ foreignId: id, mark, account, credentials }],
      );
      if (accepted.length === 0 || this.settings.dryRun || (await this.#store(accepted))) {
        this.#tell(decided);
        this.#count.before += unique.length - decided.length;
        return;
      }
    }
    throw new AdoptionError(
      'Other processes kept registering accounts with the same addresses, or adopting the same users. Run it again, one run at a time.',
    );
  }

  /** False: something of them is taken now; nothing was stored. */
  async #store(accepted: readonly AdoptedAccount[]): Promise<boolean> {
    if (this.accounts !== null) return this.accounts.add(accepted, new Date());
    await this.settings.into?.(
      accepted.map(({ foreignId, account, credentials }) => ({ foreignId, account, credentials })),
    );
    return true;
  }

  #tell(decided: readonly Candidate[]): void {
    for (const { id, plan } of decided) {
      this.#count.hash(plan);
      if (plan.refused !== null) {
        this.#count.refuse(id, plan.refused);
        continue;
      }
      this.#count.adopted++;
      this.#count.take(id, plan);
    }
  }

  /** What the users before it leave to a user. */
  #amongThemselves(candidate: Candidate): Candidate {
    const { plan } = candidate;
    if (plan.account === null) return candidate;
    if (!this.#emails.add(plan.account.emailKey)) return refused(candidate, 'EMAIL_DUPLICATE');
    const { usernameKey } = plan.account;
    if (usernameKey === null || this.#usernames.add(usernameKey)) return candidate;
    return withoutUsername(candidate, plan.account, 'USERNAME_DUPLICATE');
  }

  /** What accounts that are there leave to users. */
  async #amongAccounts(candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    if (this.accounts === null) return candidates;
    const plans = candidates.map(({ plan }) => plan);
    const taken = await this.accounts.taken(
      plans.flatMap(({ account }) => account ?? []),
      plans.flatMap(({ credentials }) => credentials),
    );
    return candidates.map((candidate) => {
      const { account, credentials } = candidate.plan;
      if (account === null) return candidate;
      if (taken.emails.has(account.emailKey)) return refused(candidate, 'EMAIL_TAKEN');
      if (taken.ids.has(account.id)) return refused(candidate, 'ID_TAKEN');
      const names = credentials.map(({ kind, externalId }) => externalName(kind, externalId ?? ''));
      if (names.some((name) => taken.credentials.has(name))) return refused(candidate, 'PASSKEY_TAKEN');
      return account.usernameKey !== null && taken.usernames.has(account.usernameKey)
        ? withoutUsername(candidate, account, 'USERNAME_TAKEN')
        : candidate;
    });
  }

  /** Without those that another run has adopted in the meantime, whose accounts are what was in their way. */
  async #withoutAdopted(candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    const known = await this.accounts?.known(candidates.map(({ id }) => id));
    return known === undefined || known.size === 0 ? candidates : candidates.filter(({ id }) => !known.has(id));
  }

  /** Brings a user along that was adopted before and has changed. */
  async #update(record: ForeignRecord, adopted: AdoptedUser): Promise<void> {
    const current = (await this.accounts?.account(adopted)) ?? null;
    if (current === null) {
      this.#count.deleted++;
      return;
    }
    const { id, mark, plan } = await this.#candidate(record, current.id);
    if (plan.account === null) {
      this.#count.refuse(id, plan.refused ?? 'VALUE_INVALID');
      return;
    }
    if (current.version !== adopted.version || current.loginCount !== adopted.logins) {
      this.#count.kept(id);
      return;
    }
    if (this.settings.dryRun || this.accounts === null) {
      this.#count.updated++;
      return;
    }
    const { account, credentials } = plan;
    const user = { foreignId: id, mark, account, credentials };
    const result = await this.accounts.replace(adopted, current, user, new Date());
    if (result === 'taken') this.#count.refuse(id, 'EMAIL_TAKEN');
    else if (result === 'kept') this.#count.kept(id);
    else this.#count.updated++;
  }
}

function refused({ id, mark, plan }: Candidate, reason: AdoptionRefusal): Candidate {
  return { id, mark, plan: { ...plan, refused: reason, account: null, credentials: [] } };
}

function withoutUsername({ id, mark, plan }: Candidate, account: StoredAccount, note: AdoptionNote): Candidate {
  const nameless = changedAccount(account, { username: null, usernameKey: null });
  return { id, mark, plan: { ...plan, account: nameless, notes: new Set([...plan.notes, note]) } };
}
