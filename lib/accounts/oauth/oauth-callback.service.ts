import { Injectable } from '@nestjs/common';
import { safeNext } from '../../auth/redirect/safe-next.js';
import { AuthService } from '../../auth/auth.service.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsService } from '../accounts.service.js';
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
import { OAuthProfiles, type Person } from './oauth-profiles.js';
import { OAuthProviders, type OAuthProvider } from './oauth-providers.js';
import { OAuthSignUps } from './oauth-sign-ups.js';
import { clientOf, loginIn, OAuthStart } from './oauth-start.service.js';
import type { ProviderTokens } from './openid-client-library.js';
import { factorsOf, hasAcr, provedAtIn } from './provider-factors.js';
import { shownNameOf } from './shown-name.js';

/** The parameters of a provider's answer; others are ignored. */
const parameters = ['code', 'state', 'iss', 'error'] as const;
/** How many accounts at providers can be linked to one account. */
const mostLinks = 20;

/** Somebody has come back from a provider. */
interface Returned {
  readonly provider: OAuthProvider;
  readonly flow: ReturnedFlow;
  readonly tokens: ProviderTokens;
  readonly person: Person;
}

/** Receives browsers that come back from providers: logs in, links, or confirms who is logged in. */
@Injectable()
export class OAuthCallback {
  constructor(
    private readonly providers: OAuthProviders,
    private readonly flows: OAuthFlows,
    private readonly start: OAuthStart,
    private readonly profiles: OAuthProfiles,
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
    private readonly runtime: SessionRuntime,
  ) {}

  async receive(exchange: Exchange, name: string): Promise<Answer> {
    const provider = await this.providers.find(name, exchange);
    const flow = await this.flows.use(exchange, provider.name, exchange.query('state') ?? '');
    if (flow.client !== clientOf(provider)) throw flowInvalid();
    // Before anything is asked of the provider: nobody else's session is changed by it.
    const owner = flow.intent === 'login' ? null : await this.#ownerOf(exchange, flow);
    const returned = await atProvider(provider, () => this.#redeem(exchange, provider, flow));
    if (owner === null) return this.#logIn(exchange, returned);
    return flow.intent === 'link' ? this.#link(exchange, returned, owner) : this.#verify(exchange, returned, owner);
  }

  /** Exchanges the code for tokens, and checks them. */
  async #redeem(exchange: Exchange, provider: OAuthProvider, flow: ReturnedFlow): Promise<Returned> {
    const configuration = await this.providers.configurationOf(provider);
    const state = exchange.query('state') ?? '';
    const url = new URL(this.start.callbackOf(provider.name));
    for (const parameter of parameters) {
      const value = exchange.query(parameter);
      if (value !== undefined) url.searchParams.set(parameter, value);
    }
    const tokens = await this.providers.library.authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: flow.verifier,
      expectedState: state,
      ...(flow.nonce === null ? {} : { expectedNonce: flow.nonce, idTokenExpected: true }),
      // Since this began, however long it has taken since then.
      ...(flow.intent === 'verify' ? { maxAge: Math.ceil((this.runtime.now() - flow.begunAt) / 1000) } : {}),
    });
    if (!hasAcr(tokens.claims(), provider.settings)) throw new AccountsException(401, 'OAUTH_FAILED');
    return { provider, flow, tokens, person: await this.profiles.personOf(provider, configuration, tokens) };
  }

  async #logIn(exchange: Exchange, returned: Returned): Promise<Answer> {
    const { provider, flow, tokens, person } = returned;
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
    await this.logins.received({ exchange, account, provider, tokens });
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

  async #link(exchange: Exchange, { provider, person, flow }: Returned, owner: StoredAccount): Promise<Answer> {
    const { identity } = person;
    const answer = this.#goOn(flow, 'linked', '/oauth');
    const found = await this.identities.find(identity);
    if (found !== null && found.account.id !== owner.id) throw taken();
    if (found !== null) return answer;
    if ((await this.identities.of(owner.id)).length >= mostLinks) throw new AccountsException(409, 'TOO_MANY_FACTORS');
    const name = shownNameOf(await atProvider(provider, () => person.profile()));
    const change = { method: 'oauth', change: 'added', name: provider.label } as const;
    await this.changes.make(exchange, owner, change, async (opened) => {
      const result = await this.identities.add(opened, identity, name);
      if ('taken' in result) throw taken();
      if ('gone' in result) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    });
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
    await this.auth.confirm(await exchange.session(), { factors: factorsOf(tokens.claims(), provider.settings) });
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
