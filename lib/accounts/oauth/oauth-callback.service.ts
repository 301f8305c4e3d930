import { Injectable } from '@nestjs/common';
import { safeNext } from '../../auth/redirect/safe-next.js';
import { AuthService } from '../../auth/auth.service.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsService } from '../accounts.service.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountFactors } from '../factors/account-factors.js';
import { FactorChanges } from '../factors/factor-changes.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Arrival, isInvalidCredentials } from '../login/arrival.js';
import { CurrentAccount } from '../login/current-account.js';
import type { StoredAccount } from '../repository/account.js';
import { atProvider } from './oauth-failure.js';
import { flowInvalid, OAuthFlows, type ReturnedFlow } from './oauth-flows.js';
import { OAuthIdentities } from './oauth-identities.js';
import { OAuthLogins } from './oauth-logins.js';
import { OAuthProviders, type OAuthProvider } from './oauth-providers.js';
import { OAuthRedeemer, type Redeemed } from './oauth-redeemer.js';
import { OAuthResponses } from './oauth-responses.js';
import { OAuthSignUps } from './oauth-sign-ups.js';
import { clientOf, loginIn, OAuthStart } from './oauth-start.service.js';
import { factorsOf, provedAtIn } from './provider-factors.js';
import { shownNameOf } from './shown-name.js';

/** How many accounts at providers can be linked to one account. */
const mostLinks = 20;

/** Somebody has come back from a provider. */
interface Returned extends Redeemed {
  readonly provider: OAuthProvider;
  readonly flow: ReturnedFlow;
}

/** Receives browsers that come back from providers: logs in, links, or confirms who is logged in. */
@Injectable()
export class OAuthCallback {
  constructor(
    private readonly providers: OAuthProviders,
    private readonly flows: OAuthFlows,
    private readonly start: OAuthStart,
    private readonly responses: OAuthResponses,
    private readonly redeemer: OAuthRedeemer,
    private readonly identities: OAuthIdentities,
    private readonly signUps: OAuthSignUps,
    private readonly logins: OAuthLogins,
    private readonly accounts: AccountsService,
    private readonly current: CurrentAccount,
    private readonly factors: AccountFactors,
    private readonly changes: FactorChanges,
    private readonly arrival: Arrival,
    private readonly auth: AuthService,
    private readonly paths: AccountPaths,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  async receive(exchange: Exchange, name: string): Promise<Answer> {
    const provider = await this.providers.find(name, exchange);
    try {
      return await this.#receive(exchange, provider);
    } catch (error) {
      if (error instanceof AccountsException) {
        const { address } = exchange.client;
        this.events.tell('oauthFailed', { provider: provider.name, reason: error.code, address });
      }
      throw error;
    }
  }

  async #receive(exchange: Exchange, provider: OAuthProvider): Promise<Answer> {
    const response = await this.responses.read(exchange, provider.name);
    const flow = await this.flows.use(exchange, provider.name, response.state ?? '');
    if (flow.client !== clientOf(provider)) throw flowInvalid();
    // Before anything is asked of the provider: nobody else's session is changed by it.
    const owner = flow.intent === 'login' ? null : await this.#ownerOf(exchange, flow);
    const callback = this.start.callbackOf(provider.name);
    const redeemed = await atProvider(provider, () => this.redeemer.redeem(provider, flow, callback, response));
    const returned = { ...redeemed, provider, flow };
    if (owner === null) return this.#logIn(exchange, returned);
    return flow.intent === 'link' ? this.#link(exchange, returned, owner) : this.#verify(exchange, returned, owner);
  }

  async #logIn(exchange: Exchange, returned: Returned): Promise<Answer> {
    const { provider, flow, tokens, dpop, person } = returned;
    const found = await this.identities.find(person.identity);
    const present = this.auth.userId(await exchange.session());
    if (present !== null) {
      // Another tab was faster, or somebody else has logged in there.
      if (found?.account.id !== present) throw otherAccount();
      return { status: 303, body: { status: 'in' }, goTo: this.accounts.placeAfterLogin(flow.next) };
    }
    if (found !== null) await this.identities.noteUse(found.row);
    const account = found?.account ?? (await this.#signUp(exchange, returned));
    const claims = tokens.claims();
    const factors = factorsOf(claims, provider.settings);
    // Where nothing else proves who its owner is, a provider that does not say when has done it now.
    const unsaid = (await this.factors.of(account)).length === 0 ? this.runtime.now() : 0;
    const provedAt = provedAtIn(claims) ?? unsaid;
    await this.logins.received({ exchange, account, provider, tokens, dpop });
    const how = { way: 'oauth', factors, epoch: account.epoch, provedAt } as const;
    try {
      return await this.arrival.arrive(exchange, account, how, { remember: flow.remember, next: flow.next });
    } catch (error) {
      // There is no password that could be wrong.
      throw isInvalidCredentials(error) ? new AccountsException(401, 'OAUTH_REFUSED') : error;
    }
  }

  async #signUp(exchange: Exchange, { provider, person }: Returned): Promise<StoredAccount> {
    if (!this.signUps.isOpen) throw new AccountsException(403, 'OAUTH_NOT_REGISTERED');
    const profile = await atProvider(provider, () => person.profile());
    return this.signUps.make(exchange, profile);
  }

  async #link(exchange: Exchange, returned: Returned, owner: StoredAccount): Promise<Answer> {
    const { provider, person, tokens, dpop, flow } = returned;
    const receipt = { exchange, account: owner, provider, tokens, dpop };
    const { identity } = person;
    const answer = this.#goOn(flow, 'linked', '/oauth');
    const found = await this.identities.find(identity);
    if (found !== null && found.account.id !== owner.id) throw taken();
    if (found !== null) {
      await this.logins.linked(receipt);
      return answer;
    }
    if ((await this.identities.of(owner.id)).length >= mostLinks) throw new AccountsException(409, 'TOO_MANY_FACTORS');
    const name = shownNameOf(await atProvider(provider, () => person.profile()));
    const change = { method: 'oauth', change: 'added', name: provider.label } as const;
    await this.changes.make(exchange, owner, change, async (opened) => {
      const result = await this.identities.add(opened, identity, name);
      if ('taken' in result) throw taken();
      if ('gone' in result) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    });
    await this.logins.linked(receipt);
    return answer;
  }

  /** By the same account at the provider that is linked: by what it is, never by an address. */
  async #verify(
    exchange: Exchange,
    { provider, person, tokens, flow }: Returned,
    owner: StoredAccount,
  ): Promise<Answer> {
    const found = await this.identities.find(person.identity);
    if (found?.account.id !== owner.id || found.account.epoch !== owner.epoch) throw otherAccount();
    await this.identities.noteUse(found.row);
    const factors = factorsOf(tokens.claims(), provider.settings);
    await this.auth.confirm(await exchange.session(), { factors, action: flow.action ?? undefined });
    return this.#goOn(flow, 'verified', '/account');
  }

  /** Who is logged in now, as when it began. */
  async #ownerOf(exchange: Exchange, flow: ReturnedFlow): Promise<StoredAccount> {
    const session = await exchange.session();
    if (this.auth.userId(session) !== flow.accountId || loginIn(session) !== flow.login) throw otherAccount();
    const account = await this.current.of(exchange);
    if (account.epoch !== flow.epoch) throw otherAccount();
    return account;
  }

  #goOn({ next: wanted }: ReturnedFlow, status: string, page: string): Answer {
    const next = safeNext(wanted ?? undefined, this.paths.page(page), { origin: this.paths.publicUrl.origin });
    return { status: 200, body: { status, next }, goTo: next };
  }
}

function otherAccount(): AccountsException {
  return new AccountsException(409, 'OAUTH_OTHER_ACCOUNT');
}

function taken(): AccountsException {
  return new AccountsException(409, 'OAUTH_TAKEN');
}
