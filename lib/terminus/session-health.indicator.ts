import { Inject, Injectable, Logger } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { loggable } from '../config/loggable.js';
import { within } from '../config/within.js';
import { StoreProbe } from '../session/store-probe.js';

/** @publicApi */
export interface SessionHealthOptions {
  /**
   * How long the store may take to answer, in ms, as in Terminus' own indicators. Default: `storeTimeout` (`SESSION_STORE_TIMEOUT`), which no check can exceed.
   */
  readonly timeout?: number;
}

const logger = new Logger('SessionHealthIndicator');

/**
 * Reports to `@nestjs/terminus` whether the session store answers. Provide it in the module of your health controller:
 *
 * ```ts
 * @Module({ imports: [TerminusModule], controllers: [HealthController], providers: [SessionHealthIndicator] })
 * export class HealthModule {}
 *
 * @Get('ready') @HealthCheck()
 * ready() {
 *   return this.health.check([() => this.sessions.check('sessions', { timeout: 500 })]);
 * }
 * ```
 *
 * @publicApi
 */
@Injectable()
export class SessionHealthIndicator {
  #isDown = false;

  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(StoreProbe) private readonly probe: StoreProbe,
  ) {}

  /**
   * Reads a key that does not exist: one round trip, and no session is touched. `up` if the store answers in time, otherwise
   * `down`, with a message that names neither a server nor a reason, since health checks are often public. The reason is logged,
   * once until the store answers again.
   *
   * @param key the name of the result. @throws TypeError if the timeout is not a positive number
   */
  async check<const Key extends string>(
    key: Key,
    { timeout }: SessionHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    if (timeout !== undefined && !(timeout > 0)) {
      throw new TypeError(`The timeout of a health check must be a positive number of ms, not ${String(timeout)}.`);
    }
    const indicator = this.indicators.check(key);
    try {
      await this.#probe(timeout);
    } catch (error) {
      this.#noteDown(error);
      return indicator.down('The session store does not answer.');
    }
    this.#isDown = false;
    return indicator.up();
  }

  #probe(timeout: number | undefined): Promise<void> {
    if (timeout === undefined) return this.probe.run();
    const late = (): Error => new Error(`It did not answer within ${String(timeout)} ms.`);
    return within(timeout, () => this.probe.run(), late);
  }

  #noteDown(error: unknown): void {
    if (this.#isDown) return;
    this.#isDown = true;
    logger.error(`The session store does not answer a health check. ${loggable(error)}`);
  }
}
