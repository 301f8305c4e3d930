import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { timerDelay } from '../../config/timer.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { DeletionPurge } from '../deletion/deletion-purge.js';
import { ExpiredRows } from './expired-rows.js';

/** Removes from time to time what is due: accounts, and rows that have expired. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly config: AccountsConfig,
    private readonly deletions: DeletionPurge,
    private readonly expired: ExpiredRows,
    private readonly runtime: SessionRuntime,
  ) {}

  onApplicationBootstrap(): void {
    const { purgeInterval } = this.config.options.deletion;
    if (purgeInterval === null) return;
    this.#timer = setInterval(() => {
      this.#running = this.#run().catch(this.runtime.report);
    }, timerDelay(purgeInterval));
    // A process that has nothing else to do must not wait for it.
    this.#timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#running;
  }

  /** @returns how many accounts this call deleted */
  async run(): Promise<number> {
    const deleted = await this.deletions.run();
    await this.expired.remove();
    return deleted;
  }

  /** Without deletions, their rows are left alone. */
  async #run(): Promise<void> {
    if (this.config.options.deletion.enabled) await this.run();
    else await this.expired.remove();
  }
}
