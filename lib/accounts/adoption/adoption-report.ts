import type { AdoptionPlan } from './adoption-plan.js';
import type { AdoptionNote, AdoptionRefusal } from './foreign-user.js';

/** The number of users of a kind, and the ids of the first ones. @publicApi */
export interface AdoptionGroup {
  readonly count: number;
  /** Ids of the other application, at most 20. */
  readonly ids: readonly string[];
}

/** The result of an adoption, or of a dry run. It contains ids, but no address, hash or other secret. @publicApi */
export interface AdoptionReport {
  readonly isDryRun: boolean;
  /** Whether it was stopped before the end. The next run continues. */
  readonly isInterrupted: boolean;
  /** Distinguishes the users of this source from those of others. */
  readonly source: string;
  /** The columns of the table of users, by their meaning. */
  readonly columns: Readonly<Record<string, string>>;
  /** The number of users that were processed. */
  readonly users: number;
  /** The number of users that were adopted, or would be. */
  readonly adopted: number;
  /** The number of users that had already been adopted, and were not changed. */
  readonly before: number;
  /** The number of users that had already been adopted, have changed since, and were updated. */
  readonly updated: number;
  /** Users that have changed since they were adopted, but were not updated, since they have logged in or were changed here. */
  readonly kept: AdoptionGroup;
  /** The number of users that had been adopted before, and whose accounts were deleted here. They are not adopted again. */
  readonly deleted: number;
  /** Users that were not adopted, by reason. */
  readonly refused: Readonly<Partial<Record<AdoptionRefusal, AdoptionGroup>>>;
  /** Users that were adopted with a difference, by kind. */
  readonly notes: Readonly<Partial<Record<AdoptionNote, AdoptionGroup>>>;
  /** The number of password hashes by kind, without users that had already been adopted. */
  readonly hashes: readonly { readonly kind: string; readonly count: number; readonly isKnown: boolean }[];
  /** The number of authenticator apps and so on. */
  readonly credentials: Readonly<Record<string, number>>;
  readonly roles: readonly string[];
  /** Notes for the operator. */
  readonly hints: readonly string[];
  readonly seconds: number;
}

/** The progress of a run. @publicApi */
export interface AdoptionProgress {
  readonly done: number;
  readonly total: number;
  readonly rowsPerSecond: number;
}

const mostIds = 20;

/** The options without which credentials of a kind count for nothing. */
const features: Readonly<Record<string, string>> = {
  totp: 'totp',
  phone: 'sms',
  'recovery-code': 'recoveryCodes',
  passkey: 'passkeys',
};

/** Counts what becomes of users. */
export class AdoptionCount {
  users = 0;
  adopted = 0;
  before = 0;
  updated = 0;
  deleted = 0;
  readonly #kept = new Group();
  readonly #refused = new Map<AdoptionRefusal, Group>();
  readonly #notes = new Map<AdoptionNote, Group>();
  readonly #hashes = new Map<string, { count: number; readonly isKnown: boolean }>();
  readonly #credentials = new Map<string, number>();
  readonly #roles = new Set<string>();

  kept(id: string): void {
    this.#kept.add(id);
  }

  refuse(id: string, reason: AdoptionRefusal): void {
    groupOf(this.#refused, reason).add(id);
  }

  hash({ hash }: Pick<AdoptionPlan, 'hash'>): void {
    if (hash === null) return;
    const known = this.#hashes.get(hash.name);
    if (known === undefined) this.#hashes.set(hash.name, { count: 1, isKnown: hash.problem !== 'PASSWORD_UNKNOWN' });
    else known.count++;
  }

  /** One that is adopted. */
  take(id: string, { notes, credentials, account }: Pick<AdoptionPlan, 'notes' | 'credentials' | 'account'>): void {
    for (const note of notes) groupOf(this.#notes, note).add(id);
    for (const { kind } of credentials) this.#credentials.set(kind, (this.#credentials.get(kind) ?? 0) + 1);
    for (const role of account?.roles ?? []) this.#roles.add(role);
  }

  report(
    rest: Pick<AdoptionReport, 'isDryRun' | 'isInterrupted' | 'source' | 'columns' | 'hints' | 'seconds'>,
  ): AdoptionReport {
    const { users, adopted, before, updated, deleted } = this;
    const needed = Object.entries(features).filter(([kind]) => this.#credentials.has(kind));
    const options = needed.map(([, option]) => option).join(', ');
    return {
      ...rest,
      hints: [
        ...rest.hints,
        ...(options === ''
          ? []
          : [
              `Turn on ${options} in the new application: factors of features that are off are not required, so a password alone would be enough.`,
            ]),
      ],
      ...{ users, adopted, before, updated, deleted },
      kept: this.#kept.report(),
      refused: reports(this.#refused),
      notes: reports(this.#notes),
      hashes: [...this.#hashes]
        .map(([kind, { count, isKnown }]) => ({ kind, count, isKnown }))
        .sort((one, other) => other.count - one.count || (one.kind < other.kind ? -1 : 1)),
      credentials: Object.fromEntries(this.#credentials),
      roles: [...this.#roles].sort(),
    };
  }
}

class Group {
  #count = 0;
  readonly #ids: string[] = [];

  add(id: string): void {
    if (++this.#count <= mostIds) this.#ids.push(id);
  }

  report(): AdoptionGroup {
    return { count: this.#count, ids: this.#ids };
  }
}

function groupOf<Name>(groups: Map<Name, Group>, name: Name): Group {
  const group = groups.get(name) ?? new Group();
  groups.set(name, group);
  return group;
}

function reports<Name extends string>(groups: ReadonlyMap<Name, Group>): Partial<Record<Name, AdoptionGroup>> {
  const entries = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, group]) => [name, group.report()])) as Partial<
    Record<Name, AdoptionGroup>
  >;
}
