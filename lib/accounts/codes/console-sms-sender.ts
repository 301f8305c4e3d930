import { Logger } from '@nestjs/common';
import type { Sms, SmsSender } from './sms.js';

/**
 * Writes messages to the log instead of sending them, with their codes: for development. In production, the application does not start with
 * it.
 */
export class ConsoleSmsSender implements SmsSender {
  readonly #logger = new Logger('Sms');

  send({ to, text }: Sms): undefined {
    this.#logger.log(`To ${to}: ${text}`);
  }
}

/** A sender that writes text messages to the log, for development only. @publicApi */
export function consoleSmsSender(): SmsSender {
  return new ConsoleSmsSender();
}
