import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { accountOf } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';
import { DeletionRows } from './deletion-rows.js';

/** How many are looked at in one query. */
const atOnce = 100;
/** How long one process keeps the others from deleting the same account, and how long it waits after a failure, in ms. */
const lease = 10 * 60_000;
/** So much later than it is due: by the clock of another process, a deletion may still be undone. In ms. */
const margin = 60_000;

/** Deletes the accounts whose deletion can no longer be undone. Several processes may do so at the same time. */
@Injectable()
export class DeletionPurge {
  constructor(
    private readonly config: AccountsConfig,
    private readonly rows: DeletionRows,
    private readonly repository: AccountRepository,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  /** @returns how many accounts this call deleted */
  async run(): Promise<number> {
    let deleted = 0;
    for (;;) {
      const due = await this.rows.due(new Date(this.runtime.now() - margin), atOnce);
      for (const row of due) if (await this.#purge(row)) deleted++;
      if (due.length < atOnce) return deleted;
    }
  }

  /** A failure keeps nobody else's account: it is reported, and tried again after the lease. */
  async #purge(due: Credential): Promise<boolean> {
    const row = await this.rows.postpone(due, new Date(this.runtime.now() + lease));
    if (row === null) return false;
    const account = await this.repository.find(row.accountId);
    const deleteAt = account?.state.deleteAt;
    if (account === null || deleteAt === undefined) {
      // The deletion has been undone.
      await this.rows.drop(row);
      return false;
    }
    if (deleteAt + margin > this.runtime.now()) {
      await this.rows.postpone(row, new Date(deleteAt));
      return false;
    }
    try {
      await this.config.options.deletion.beforePurge?.(accountOf(account));
      // That may take long. What the row stands for by now is looked at after the lease.
      if ((await this.repository.find(account.id))?.state.deleteAt !== deleteAt) return false;
      if (!(await this.repository.delete(account.id))) return false;
    } catch (error) {
      this.runtime.report(error);
      return false;
    }
    this.events.tell('accountDeleted', { userId: account.id, address: '' });
    return true;
  }
}
