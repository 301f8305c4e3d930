import { Injectable } from '@nestjs/common';
import { createHash, randomInt } from 'node:crypto';
import { SessionRuntime } from '../../http/session-runtime.js';
import { factorTries } from '../factors/factor-tries.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import type { Input } from '../http/input.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { PendingLogins, type PendingLogin } from '../pending/pending-logins.js';
import { isSameHash } from '../proofs/proof-token.js';

/** Without letters and digits that look alike. */
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const length = 8;
/** In ms. */
const validFor = 10 * 60_000;
const longestCode = 64;

/** A code to the confirmed address, before a login without a second factor may set one up: whoever has only the password may not. */
@Injectable()
export class EnrollCode {
  constructor(
    private readonly pending: PendingLogins,
    private readonly sending: SendingLimits,
    private readonly mails: AccountMails,
    private readonly afterAnswer: AfterAnswer,
    private readonly runtime: SessionRuntime,
  ) {}

  async send(exchange: Exchange, pending: PendingLogin): Promise<void> {
    await this.sending.countFrom(exchange.client.address);
    const { account } = pending;
    if (!(await this.sending.admits('code', account.emailKey))) return;
    const code = Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
    const now = this.runtime.now();
    const mailed = { hash: hashOf(code), until: now + validFor };
    if (!(await this.pending.change(await exchange.session(), pending, { mailed }))) return;
    const {
      acceptLanguage,
      client: { address, userAgent },
    } = exchange;
    const shown = `${code.slice(0, 4)}-${code.slice(4)}`;
    this.afterAnswer.run(() =>
      this.mails.send('code', account, acceptLanguage, { code: shown, validFor, at: now, address, userAgent }),
    );
  }

  /** @throws AccountsException 401 `CODE_WRONG`; TooManyAttemptsException */
  async check(exchange: Exchange, pending: PendingLogin, input: Input): Promise<void> {
    const code = input.text('code', longestCode);
    input.check();
    const { mailed, account } = pending;
    const isRight = await exchange.attempts.attempt(
      factorTries(account),
      () => mailed !== null && mailed.until > this.runtime.now() && isSameHash(mailed.hash, hashOf(plain(code))),
    );
    const isChanged =
      isRight && (await this.pending.change(await exchange.session(), pending, { mailed: null, isMailbox: true }));
    if (!isChanged) throw new AccountsException(401, 'CODE_WRONG', { code: ['CODE_WRONG'] });
  }
}

function plain(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '');
}

function hashOf(code: string): string {
  return createHash('sha256').update(`enroll-code:${code}`).digest('base64url');
}
