import { Inject, Injectable, Logger } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { AuthFeature, Entry } from '../../../auth/auth-feature.js';
import { LoginFeature } from '../../../auth/features.js';
import { SessionConfigError } from '../../../errors.js';
import type { RequestSession } from '../../../http/request-session.js';
import { SessionRuntime } from '../../../http/session-runtime.js';
import type { AuthFacts } from '../../../session/auth-facts.js';
import { loginOf } from '../../../session/lineage.js';
import { isAtomic, type SessionStore } from '../../../stores/session-store.js';
import { SESSION_STORE } from '../../../tokens.js';
import { AccountsConfig } from '../../accounts-config.js';
import { GateFeature } from '../../gate/gate.feature.js';
import { OAuthLogins, type OAuthReceipt } from '../oauth-logins.js';
import { clientOf, scopeOf } from '../oauth-start.service.js';
import { scopesIn, tokensIn, type KeptTokens } from './kept-tokens.js';
import { exportedKey } from './token-key.js';
import { TokenRevocation } from './token-revocation.js';
import { TokenSeal } from './token-seal.js';

/** The key of the session's data under which tokens wait for their login, such as until a second factor is proved. */
const KEY = '_oauthTokens';

/** Keeps the tokens of a sign-in with the login that comes of it, and revokes them when that is ended. */
@LoginFeature()
@Injectable()
export class TokenKeeping implements AuthFeature {
  readonly #logger = new Logger('OAuth');

  constructor(
    private readonly seal: TokenSeal,
    private readonly revocation: TokenRevocation,
    private readonly gate: GateFeature,
    private readonly runtime: SessionRuntime,
    config: AccountsConfig,
    logins: OAuthLogins,
    @Inject(SESSION_STORE) store: SessionStore,
  ) {
    const { providers } = config.options.oauth;
    const keeping = Object.keys(providers).find((name) => {
      const settings = providers[name];
      return typeof settings === 'object' && settings.keepTokens === true;
    });
    if (keeping !== undefined) this.#check(keeping, store);
    logins.onReceived((receipt) => this.#park(receipt));
    logins.onLinked((receipt) => this.#attach(receipt));
  }

  /** What a provider has answered, as it is kept; null: it is not. */
  async #kept({
    provider,
    tokens: answer,
    dpop,
  }: Pick<OAuthReceipt, 'provider' | 'tokens' | 'dpop'>): Promise<KeptTokens | null> {
    const { name, settings } = provider;
    if (settings.keepTokens !== true) return null;
    if (this.runtime.repository.isByValue) throw needsStore(name);
    const tokens = tokensIn(answer, {
      askedAt: this.runtime.now(),
      refreshToken: null,
      scopes: scopesIn(scopeOf(provider)),
      key: dpop && (await exportedKey(dpop)),
      client: clientOf(provider),
    });
    if (tokens === null) this.#logger.warn(`Tokens of ${name} are not kept: they are longer than 16,384 characters.`);
    return tokens;
  }

  entering({ session, userId, options }: Entry, facts: AuthFacts): Promise<AuthFacts> {
    const sealed: unknown = session.pop(KEY);
    const isDue = typeof sealed === 'string' && this.gate.howOf(options)?.way === 'oauth';
    const parked = isDue && typeof userId === 'string' ? this.seal.unpark(userId, sealed) : null;
    return Promise.resolve(parked === null ? facts : this.seal.put(facts, parked.provider, parked.tokens));
  }

  async leaving(request: RequestSession | null, auth: AuthFacts | null): Promise<void> {
    if (auth?.sealed === undefined) return;
    // Another request may have renewed them since that of this one was read.
    const login = request?.handle.session ? loginOf(request.handle.session) : null;
    this.#revoke(request, (login && (await this.runtime.repository.changeLogin(login, () => null))) ?? auth);
  }

  ending(auth: AuthFacts): Promise<void> {
    this.#revoke(null, auth);
    return Promise.resolve();
  }

  async #park(receipt: OAuthReceipt): Promise<void> {
    const { exchange, account, provider } = receipt;
    const tokens = await this.#kept(receipt);
    if (tokens === null) return;
    const session = await exchange.session();
    session.set(KEY, this.seal.park(account.id, { provider: provider.name, tokens }));
  }

  async #attach(receipt: OAuthReceipt): Promise<void> {
    const tokens = await this.#kept(receipt);
    const login = loginOf(await receipt.exchange.session());
    if (tokens === null || login === null) return;
    const { name } = receipt.provider;
    await this.runtime.repository.changeLogin(login, (auth) => this.seal.put(auth, name, tokens));
  }

  #revoke(request: RequestSession | null, auth: AuthFacts): void {
    const context = request === null ? null : new ExecutionContextHost([request.carrier]);
    for (const name of this.seal.providersIn(auth)) {
      const tokens = this.seal.in(auth, name);
      if (tokens !== null && tokens.isRefused !== true) this.revocation.begin(context, name, tokens);
    }
  }

  #check(name: string, store: SessionStore): void {
    if (this.runtime.repository.isByValue) throw needsStore(name);
    if (isAtomic(store)) return;
    this.#logger.warn(
      `oauth.providers.${name}.keepTokens: this session store has no compare-and-set, so that several processes may renew tokens at the same ` +
        'time, and lose them. Choose another one (SESSION_TYPE).',
    );
  }
}

function needsStore(name: string): SessionConfigError {
  const problem =
    'needs sessions in a store: tokens do not fit into a cookie, and processes could not agree which of them renews them. Choose another SESSION_TYPE';
  return new SessionConfigError([{ setting: `oauth.providers.${name}.keepTokens`, problem }]);
}
