import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { SessionAbilityMissingError } from '../../errors.js';
import { lineageOf } from '../../session/lineage.js';
import { stateOf } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountGate } from '../gate/account-gate.js';
import type { EntryHow } from '../gate/entry.js';
import { epochOf } from '../gate/gate.feature.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountsException } from '../http/accounts.exception.js';
import { exchangeWith, type Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { isImpersonated } from '../impersonation/impersonation.js';
import { Arrival, invalidCredentials, isInvalidCredentials } from '../login/arrival.js';
import { CurrentAccount } from '../login/current-account.js';
import { longestIdentity, PasswordCheck } from '../login/password-check.js';
import { PendingLogins } from '../pending/pending-logins.js';
import { AccountRepository } from '../repository/account-repository.js';
import { SecondFactorSteps } from '../second-factor/second-factor-steps.js';
import { bearerIn } from './bearer-token.js';
import type { BoundSession } from './token-family.js';
import { TokenLogins, type IssuedTokens } from './token-logins.js';

/** Gives clients without cookies their tokens. No session is made. */
@Injectable()
export class TokenRoutes {
  constructor(
    private readonly config: AccountsConfig,
    private readonly logins: TokenLogins,
    private readonly passwords: PasswordCheck,
    private readonly repository: AccountRepository,
    private readonly gate: AccountGate,
    private readonly arrival: Arrival,
    private readonly pending: PendingLogins,
    private readonly secondFactor: SecondFactorSteps,
    private readonly current: CurrentAccount,
    private readonly auth: AuthService,
    private readonly answers: AccountAnswers,
  ) {}

  /** Logs in by a password, by the second factor of a login that waits, or from the session of who is logged in. */
  async issue(exchange: Exchange): Promise<Answer> {
    assertJson(exchange);
    const input = new Input(exchange.body);
    if (input.has('pending')) return this.#prove(exchange);
    const isNamed = input.has('identity') || input.has('password');
    if (!isNamed && (await this.#hasSession(exchange))) return this.#fromSession(exchange);
    const begunAt = performance.now();
    const typed = input.text('identity', longestIdentity);
    const password = input.password('password');
    input.check();
    try {
      const account = await this.passwords.check(exchange, typed, password);
      if (account === null) throw invalidCredentials();
      return await this.#enter(exchange, account.id, { way: 'password', factors: ['pwd'], epoch: account.epoch });
    } catch (error) {
      if (isInvalidCredentials(error)) await atNextStep(begunAt);
      throw error;
    }
  }

  /** What the client needs for a method of the second factor, such as the challenge of a passkey. */
  async options(exchange: Exchange): Promise<Answer> {
    return { status: 200, body: await this.secondFactor.options(this.#apart(exchange)) };
  }

  /** Sends the code of a second factor. */
  async send(exchange: Exchange): Promise<Answer> {
    await this.secondFactor.send(this.#apart(exchange));
    return { status: 202, body: { status: 'sent' } };
  }

  /** Exchanges a refresh token for the next pair. @throws AccountsException 401 `REFRESH_TOKEN_INVALID` */
  async refresh(exchange: Exchange): Promise<Answer> {
    assertJson(exchange);
    const login = await this.logins.refresh(sentIn(exchange), exchange.client);
    if (login === null) throw new AccountsException(401, 'REFRESH_TOKEN_INVALID');
    return this.#answerTo(login);
  }

  /** Ends the login of a token. @throws AccountsException 401 `ACCESS_TOKEN_INVALID` */
  async revoke(exchange: Exchange): Promise<Answer> {
    if (await this.logins.end(sentIn(exchange), exchange.client.address)) return { status: 204 };
    throw new AccountsException(401, 'ACCESS_TOKEN_INVALID');
  }

  async #prove(exchange: Exchange): Promise<Answer> {
    const proved = await this.secondFactor.proveFactor(this.#apart(exchange));
    // A factor is set up in a session.
    if ('status' in proved) throw invalidCredentials();
    return this.#enter(exchange, proved.account.id, proved.how);
  }

  /** The account anew: it may have been changed while the password was checked. */
  async #enter(exchange: Exchange, accountId: string, how: EntryHow): Promise<Answer> {
    const login = await this.logins.enter(accountId, how, exchange.client);
    if (login !== null) return this.#answerTo(login);
    const account = await this.repository.find(accountId);
    if (account === null || (await this.gate.mayEnter(account, how)) !== 'factors-owed') throw invalidCredentials();
    const owed = await this.arrival.owedBy(account, how.factors);
    // Without a browser, nobody sets up a factor.
    if (owed.status === 'enroll') return { status: 200, body: owed };
    const facts = { ...how, waitsFor: owed.status, remember: false, next: '', mailed: null, isMailbox: false };
    return { status: 200, body: { ...owed, pending: await this.pending.beginApart(account, facts) } };
  }

  /** Whether somebody is logged in whose tokens would end with the session. */
  async #hasSession(exchange: Exchange): Promise<boolean> {
    if (!this.config.options.tokens.fromSession || bearerIn(requestIn(exchange)) !== null) return false;
    return this.auth.userId(await exchange.session()) !== null;
  }

  async #fromSession(exchange: Exchange): Promise<Answer> {
    const own = await exchange.session();
    // Tokens would not know that somebody else has them.
    if (isImpersonated(own)) throw new AccountsException(403, 'IMPERSONATING');
    const account = await this.current.of(exchange);
    const { auth } = stateOf(own);
    const session = await this.#bindingOf(exchange);
    if (auth === null || session === null) throw invalidCredentials();
    const how = { way: 'session', factors: Object.keys(auth.factors ?? {}), epoch: epochOf(auth) } as const;
    const login = await this.logins.enter(account.id, how, exchange.client, session);
    if (login === null) throw invalidCredentials();
    return this.#answerTo(login);
  }

  /** @throws AccountsException 501 `SESSIONS_NOT_LISTED` on a store that cannot tell whether a login still exists */
  async #bindingOf(exchange: Exchange): Promise<BoundSession | null> {
    const session = await exchange.session();
    const lineage = lineageOf(stateOf(session));
    try {
      return lineage === null ? null : { lineage, ticket: this.auth.ticket(session) };
    } catch (error) {
      if (error instanceof SessionAbilityMissingError) throw new AccountsException(501, 'SESSIONS_NOT_LISTED');
      throw error;
    }
  }

  #apart(exchange: Exchange): Exchange {
    const input = new Input(exchange.body);
    const token = input.token('pending');
    input.check();
    return exchangeWith(exchange, this.pending.sessionOf(token));
  }

  #answerTo({ account, ...tokens }: IssuedTokens): Answer {
    return { status: 200, body: { status: 'in', user: this.answers.payloadOf(account), ...tokens } };
  }
}

/** A refresh token, or an access token that is given up, in the header; or a refresh token in the body. */
function sentIn(exchange: Exchange): unknown {
  return bearerIn(requestIn(exchange)) ?? new Input(exchange.body).raw('refreshToken');
}

function requestIn({ context }: Exchange): object {
  return context.switchToHttp().getRequest<object>();
}

/** What a form of any site could send is none. @throws AccountsException 400 `JSON_NEEDED` */
function assertJson(exchange: Exchange): void {
  const { headers } = requestIn(exchange) as { readonly headers: Readonly<Record<string, unknown>> };
  const type = headers['content-type'];
  if (type === undefined || (typeof type === 'string' && /^application\/(?:[\w.+-]+\+)?json\b/i.test(type))) return;
  throw new AccountsException(400, 'JSON_NEEDED');
}
