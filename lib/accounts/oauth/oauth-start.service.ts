import { Injectable } from '@nestjs/common';
import { stateOf, type SessionObject } from '../../session/session.js';
import { AccountsService } from '../accounts.service.js';
import { AccountFactors } from '../factors/account-factors.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import { Budgets } from '../http/budgets.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { CurrentAccount } from '../login/current-account.js';
import type { StoredAccount } from '../repository/account.js';
import { atProvider } from './oauth-failure.js';
import { OAuthFlows, type OAuthFlow, type OAuthIntent } from './oauth-flows.js';
import { OAuthProviders, type OAuthProvider } from './oauth-providers.js';

/** How many sign-ins one network address may begin in a minute: each is kept for a while, and anybody can begin one. */
const mostBegun = 60;
const minute = 60_000;
const longestIntent = 16;
/** In bytes. */
const longestAction = 200;
const defaultScope = 'openid email profile';

/** Sends browsers to providers. */
@Injectable()
export class OAuthStart {
  constructor(
    private readonly providers: OAuthProviders,
    private readonly flows: OAuthFlows,
    private readonly accounts: AccountsService,
    private readonly current: CurrentAccount,
    private readonly factors: AccountFactors,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
    private readonly budgets: Budgets,
  ) {}

  /** Where providers lead back to. */
  callbackOf(provider: string): string {
    return this.paths.publicUrl.origin + this.paths.page(`/oauth/${provider}/callback`);
  }

  async begin(exchange: Exchange, name: string): Promise<Answer> {
    const provider = await this.providers.find(name, exchange);
    const input = new Input(exchange.body);
    const intent = intentIn(input);
    const remember = input.flag('remember');
    const next = input.next() ?? null;
    const action = input.optionalText('action', longestAction);
    if (intent === 'verify' && !provider.isOidc) input.refuse('intent', 'METHOD_UNKNOWN');
    input.check();
    await this.budgets.takeFrom(exchange.client.address, 'oauth', mostBegun, minute);
    if (intent === 'login' && (await this.answers.userOf(exchange)) !== null) {
      if (!exchange.wantsPage) throw new AccountsException(409, 'ALREADY_IN');
      return { status: 303, goTo: this.accounts.placeAfterLogin(next) };
    }
    const account = await this.#ownerOf(intent, exchange);
    const login = account === null ? null : loginIn(await exchange.session());
    const url = await atProvider(provider, () =>
      this.#urlOf(exchange, provider, account, { intent, remember, next, action, login }),
    );
    return { status: 200, body: { status: 'redirect', url }, goTo: url };
  }

  /** Whom it is for; null: whoever will log in. @throws AccountsException 401 `VERIFICATION_REQUIRED` */
  async #ownerOf(intent: OAuthIntent, exchange: Exchange): Promise<StoredAccount | null> {
    if (intent === 'login') return null;
    // Whatever is linked lets somebody in from then on.
    return intent === 'link' ? this.factors.fresh(exchange) : this.current.of(exchange);
  }

  async #urlOf(
    exchange: Exchange,
    provider: OAuthProvider,
    account: StoredAccount | null,
    wanted: Pick<OAuthFlow, 'intent' | 'remember' | 'next' | 'action' | 'login'>,
  ): Promise<string> {
    const { library } = this.providers;
    const { settings, isOidc } = provider;
    const configuration = await this.providers.configurationOf(provider);
    const verifier = library.randomPKCECodeVerifier();
    const nonce = isOidc ? library.randomNonce() : null;
    const flow = { ...wanted, provider: provider.name, client: clientOf(provider), verifier, nonce };
    const state = await this.flows.begin(exchange, account, flow);
    const scope = scopeOf(provider);
    const parameters = {
      ...settings.parameters,
      ...(settings.acrValues === undefined ? {} : { acr_values: settings.acrValues.join(' ') }),
      // Whoever has the device, but not the account there, must not confirm anything by it.
      ...(wanted.intent === 'verify' ? { prompt: 'login', max_age: '0' } : {}),
      ...(settings.responseMode === 'form_post' ? { response_mode: 'form_post' } : {}),
      ...(scope === '' ? {} : { scope }),
      ...(nonce === null ? {} : { nonce }),
      redirect_uri: this.callbackOf(provider.name),
      state,
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    const isPushed =
      settings.par !== false && configuration.serverMetadata().pushed_authorization_request_endpoint !== undefined;
    const url = isPushed
      ? await library.buildAuthorizationUrlWithPAR(configuration, parameters)
      : library.buildAuthorizationUrl(configuration, parameters);
    return url.href;
  }
}

/** What a login is known by, under any id of its session; null: there is none. */
export function loginIn(session: SessionObject): string | null {
  const { auth } = stateOf(session);
  return auth === null ? null : (auth.lineage ?? session.id);
}

/** What is asked for, separated by spaces. */
export function scopeOf({ settings, isOidc }: OAuthProvider): string {
  return settings.scope ?? (isOidc ? defaultScope : '');
}

/** Which client of which provider it is: those of tenants share a name. */
export function clientOf({ settings }: OAuthProvider): string {
  return JSON.stringify([settings.issuer ?? settings.endpoints?.authorization, settings.clientId]);
}

function intentIn(input: Input): OAuthIntent {
  const intent = input.optionalText('intent', longestIntent) ?? 'login';
  if (intent === 'login' || intent === 'link' || intent === 'verify') return intent;
  input.refuse('intent', 'METHOD_UNKNOWN');
  return 'login';
}
