import { createHmac, randomBytes } from 'node:crypto';
import { Injectable, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { requirementOf } from '../../auth/access/requirement.js';
import { RequestLoader } from '../../auth/users/loader.decorators.js';
import { AccountsConfig } from '../accounts-config.js';
import { readApiKey } from '../api-keys/api-key.js';
import { ApiKeyCheck, scopeMissing } from '../api-keys/api-key-check.js';
import { scopesOf } from '../api-keys/scopes.decorator.js';
import { AccountGate } from '../gate/account-gate.js';
import { AccountPaths } from '../http/account-paths.js';
import { exchangeIn, type Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { Identities } from '../login/identities.js';
import { longestIdentity, PasswordCheck } from '../login/password-check.js';
import { accountOf, type Account, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { basicAt, quotable } from './allow-basic.decorator.js';

/** What HTTP Basic carries. */
interface NameAndPassword {
  readonly name: string;
  readonly password: string;
}

/** Finds the account of a request with HTTP Basic. It makes no login: name and password count for this request alone. */
@RequestLoader()
@Injectable()
export class BasicLoader {
  /** Checks in progress. A client sends its requests side by side, each with the same name and password: that is one guess, and one hash. */
  readonly #checking = new Map<string, Promise<StoredAccount | null>>();
  readonly #key = randomBytes(32);

  constructor(
    private readonly config: AccountsConfig,
    private readonly passwords: PasswordCheck,
    private readonly identities: Identities,
    private readonly keys: ApiKeyCheck,
    private readonly repository: AccountRepository,
    private readonly gate: AccountGate,
    private readonly paths: AccountPaths,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * Null: the route takes none, the request has none, or it opens nothing where no login is required.
   *
   * @throws UnauthorizedException, TooManyAttemptsException; HttpException with 403 for an API key without the scopes, and with 429
   */
  async load(request: object, context: ExecutionContext): Promise<Account | null> {
    if (!this.config.options.basic.enabled || context.getType() !== 'http') return null;
    const allowed = basicAt(context);
    if (allowed === null) return null;
    const { isPublic } = requirementOf(context);
    const header = basicIn(request);
    if (header === null) {
      if (!isPublic) this.#challenge(context, allowed.realm);
      return null;
    }
    const begunAt = performance.now();
    const sent = readBasic(header);
    const account = sent && (await this.#accountOf(context, sent));
    if (account !== null) return accountOf(account);
    await atNextStep(begunAt);
    if (isPublic) return null;
    this.#challenge(context, allowed.realm);
    const message = 'The address or the password is wrong.';
    throw new UnauthorizedException({ statusCode: 401, message, error: 'Unauthorized', code: 'INVALID_CREDENTIALS' });
  }

  async #accountOf(context: ExecutionContext, { name, password }: NameAndPassword): Promise<StoredAccount | null> {
    const { enabled, prefix } = this.config.options.apiKeys;
    if (enabled && readApiKey(prefix, password) !== null) return this.#ofApiKey(context, name, password);
    const checked = await this.#check(exchangeIn(context), name, password);
    if (checked === null) return null;
    // The account anew: it may have been changed while the password was checked.
    const account = await this.repository.find(checked.id);
    const how = { way: 'basic', factors: ['pwd'], epoch: checked.epoch } as const;
    return (await this.gate.mayEnter(account, how)) === null ? account : null;
  }

  #check(exchange: Exchange, name: string, password: string): Promise<StoredAccount | null> {
    const guess = JSON.stringify([exchange.client.address, name, password]);
    const key = createHmac('sha256', this.#key).update(guess).digest('base64');
    const running = this.#checking.get(key);
    if (running !== undefined) return running;
    const checking = this.passwords.check(exchange, name, password, 'basic').finally(() => this.#checking.delete(key));
    this.#checking.set(key, checking);
    return checking;
  }

  /** A program has no second factor at hand: its key needs none. */
  async #ofApiKey(context: ExecutionContext, name: string, key: string): Promise<StoredAccount | null> {
    const identity = this.identities.read(name);
    const verdict = await this.keys.check(context, key, ({ emailKey, usernameKey }) =>
      identity === null ? false : identity.key === (identity.by === 'email' ? emailKey : usernameKey),
    );
    if (verdict === 'lacking' && !requirementOf(context).isPublic) throw scopeMissing(scopesOf(context));
    return typeof verdict === 'object' ? verdict.account : null;
  }

  /** RFC 7617. */
  #challenge(context: ExecutionContext, realm: string | undefined): void {
    const response: unknown = context.switchToHttp().getResponse();
    const shown = realm ?? this.config.options.basic.realm ?? quotable(this.paths.site);
    const challenge = `Basic realm="${shown}", charset="UTF-8"`;
    this.adapterHost.httpAdapter.setHeader(response, 'WWW-Authenticate', challenge);
  }
}

/** The credentials of `Authorization: Basic`; null: there are none. */
function basicIn(request: object): string | null {
  const { headers } = request as { readonly headers?: Readonly<Record<string, unknown>> };
  const authorization = headers?.['authorization'];
  const [found, sent = ''] = typeof authorization === 'string' ? (/^basic(?: +(.*))?$/i.exec(authorization) ?? []) : [];
  return found === undefined ? null : sent;
}

/** Null: they are none that an account could have. */
function readBasic(sent: string): NameAndPassword | null {
  const text = Buffer.from(sent, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return null;
  const input = new Input({ identity: text.slice(0, colon), password: text.slice(colon + 1) });
  const read = { name: input.text('identity', longestIdentity), password: input.password('password') };
  return input.isWrong ? null : read;
}
