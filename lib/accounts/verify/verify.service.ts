import { Injectable } from '@nestjs/common';
import { safeNext } from '../../auth/redirect/safe-next.js';
import { AuthService } from '../../auth/auth.service.js';
import { CodeMethod } from '../codes/code.method.js';
import { AccountEvents } from '../events/account-events.js';
import type { FactorMethod, FactorMethodName } from '../factors/factor-method.js';
import { FactorMethods } from '../factors/factor-methods.js';
import { factorTries } from '../factors/factor-tries.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { CurrentAccount } from '../login/current-account.js';
import { guessedName } from '../login/identities.js';
import type { FactorsShown } from '../pages/page.js';
import type { StoredAccount } from '../repository/account.js';

/** The longest name of an action, in bytes. */
const longestAction = 200;
/** The longest name of a method, in bytes. */
const longestMethod = 32;
const roles = ['first', 'second', 'backup'] as const;

/** Proves again who is logged in, before something that needs a fresh login. */
@Injectable()
export class VerifyService {
  constructor(
    private readonly current: CurrentAccount,
    private readonly methods: FactorMethods,
    private readonly codes: CodeMethod,
    private readonly auth: AuthService,
    private readonly events: AccountEvents,
    private readonly paths: AccountPaths,
  ) {}

  /** What the page shows: the methods by which the login can be confirmed. */
  async shownOf(exchange: Exchange): Promise<Partial<FactorsShown>> {
    const account = await this.current.of(exchange);
    return { methods: await this.methods.namesOf(account, roles), phones: await this.codes.phonesOf(account) };
  }

  /** What the browser needs for a method, such as a challenge. */
  async options(exchange: Exchange): Promise<object> {
    const [account, method, input] = await this.#methodIn(exchange, 'passkey');
    if (method !== null && method.options === undefined) input.refuse('method', 'METHOD_UNKNOWN');
    input.check();
    return (await method?.options?.(exchange, account)) ?? {};
  }

  /** Sends a code. */
  async send(exchange: Exchange): Promise<Answer> {
    const [account, method, input] = await this.#methodIn(exchange, 'code');
    if (method !== null && method.send === undefined) input.refuse('method', 'METHOD_UNKNOWN');
    const kept = { next: input.next(), action: input.optionalText('action', longestAction) ?? undefined };
    input.check();
    await method?.send?.(exchange, account);
    const query = new URLSearchParams({ sent: '1' });
    for (const [name, value] of Object.entries(kept)) if (value !== undefined) query.set(name, value);
    return { status: 202, body: { status: 'sent' }, goTo: this.paths.page(`/verify?${String(query)}`) };
  }

  async verify(exchange: Exchange): Promise<Answer> {
    const [account, method, input] = await this.#methodIn(exchange, 'password');
    const action = input.optionalText('action', longestAction);
    const check = method?.read(input);
    const wanted = input.next();
    input.check();
    // A password that is right must not make up for wrong codes.
    const tries = method?.role === 'first' ? guessedName(account.emailKey) : factorTries(account);
    const factors = await exchange.attempts.attempt(tries, async () => (await check?.(exchange, account)) ?? null);
    if (method !== null) this.#tell(exchange, account, method, factors !== null);
    if (factors === null) throw wrong(method?.name === 'password');
    await this.auth.confirm(await exchange.session(), { factors, ...(action === null ? {} : { action }) });
    const { origin } = this.paths.publicUrl;
    const next = safeNext(wanted, '', { origin });
    const answer = { status: 200, body: { status: 'verified', next: next === '' ? null : next } };
    return next === '' ? { ...answer, done: 'verify.done' } : { ...answer, goTo: next };
  }

  /** A password is no second factor. */
  #tell(exchange: Exchange, { id: userId }: StoredAccount, { role, name }: FactorMethod, isProved: boolean): void {
    if (role === 'first') return;
    const { address } = exchange.client;
    this.events.tell(isProved ? 'factorProved' : 'factorFailed', { userId, address, method: name });
  }

  /** @param fallback the method of a request that names none */
  async #methodIn(
    exchange: Exchange,
    fallback: FactorMethodName,
  ): Promise<readonly [StoredAccount, FactorMethod | null, Input]> {
    const account = await this.current.of(exchange);
    const input = new Input(exchange.body);
    const method = await this.methods.find(account, input.optionalText('method', longestMethod) ?? fallback, roles);
    if (method === null && !input.isWrong) input.refuse('method', 'METHOD_UNKNOWN');
    return [account, method, input];
  }
}

function wrong(isPassword: boolean): AccountsException {
  if (isPassword) return new AccountsException(401, 'WRONG_PASSWORD');
  return new AccountsException(401, 'CODE_WRONG', { code: ['CODE_WRONG'] });
}
