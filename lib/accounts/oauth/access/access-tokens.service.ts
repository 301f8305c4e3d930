import { Injectable, UnauthorizedException } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { atOnce } from '../../../auth/at-once.js';
import { AuthService } from '../../../auth/auth.service.js';
import { milliseconds } from '../../../auth/login.js';
import { requestOf } from '../../../auth/request-of.js';
import { PerApplication } from '../../../http/per-application.js';
import { SessionRuntime } from '../../../http/session-runtime.js';
import type { KnownLogin } from '../../../session/known-login.js';
import { loginOf } from '../../../session/lineage.js';
import type { SessionObject } from '../../../session/session.js';
import { OAuthProviders, type OAuthProvider } from '../oauth-providers.js';
import { clientOf } from '../oauth-start.service.js';
import { AccessTokenException } from './access-token.exception.js';
import { isLive, scopesIn, type KeptTokens } from './kept-tokens.js';
import { boundTo } from './token-key.js';
import { TokenRefresh, type Wanted } from './token-refresh.js';
import { TokenSeal } from './token-seal.js';

/** Requirements for an access token. @publicApi */
export interface AccessTokenOptions {
  /** The scope that the provider must have granted, separated by spaces. Default: any. */
  readonly scope?: string | undefined;
  /**
   * The minimum remaining lifetime, in seconds or as a string such as `2m`: a token that expires earlier is renewed first. At most half of
   * the lifetime of a token. Default: 30 seconds.
   */
  readonly minValidity?: number | string | undefined;
}

/** A request with an access token. @publicApi */
export interface AccessTokenRequest extends AccessTokenOptions {
  /** Default: `GET`. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | URLSearchParams | null | undefined;
}

const usualValidity = 30_000;

/**
 * Access tokens of the providers that users have signed in with, to call their APIs from the server. Needs `keepTokens: true` in the
 * settings of a provider.
 *
 * @publicApi
 */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly providers: OAuthProviders,
    private readonly seal: TokenSeal,
    private readonly refresh: TokenRefresh,
    private readonly auth: AuthService,
    private readonly runtime: SessionRuntime,
  ) {
    boundTokens.set(runtime, this);
  }

  /**
   * A valid access token, renewed at the provider if it is about to expire: once for all requests and processes that need it at the same
   * time.
   *
   * @param provider its name in the settings
   * @throws UnauthorizedException if nobody is logged in, or the login ends in the meantime
   * @throws AccessTokenException if there is none: 403 `PROVIDER_TOKENS_MISSING` or `PROVIDER_SCOPE_MISSING`, 401
   * `PROVIDER_TOKENS_REFUSED`, 503 `PROVIDER_UNAVAILABLE`
   * @throws ServiceUnavailableException if the session store fails
   */
  async get(session: SessionObject, provider: string, options: AccessTokenOptions = {}): Promise<string> {
    return (await this.#live(session, provider, options)).tokens.accessToken;
  }

  /**
   * Requests a resource with such a token, and with a proof of its key if it is bound to one (DPoP): the API then accepts no requests
   * without the proof. The response can have any status.
   *
   * @param url of an API that the token is for: its server receives the token. Without TLS only on this machine
   * @throws as {@link get}, and what `fetch()` throws
   */
  async fetch(
    session: SessionObject,
    provider: string,
    url: string | URL,
    { method = 'GET', body = null, headers, ...options }: AccessTokenRequest = {},
  ): Promise<Response> {
    const { tokens, found } = await this.#live(session, provider, options);
    const { library } = this.providers;
    const configuration = await this.providers.configurationOf(found);
    const bound = await boundTo(tokens.key, library, configuration);
    const request = [new URL(url), method, body, new Headers(headers), bound] as const;
    try {
      return await library.fetchProtectedResource(configuration, tokens.accessToken, ...request);
    } catch (error) {
      // The library throws what has a challenge, such as a 401.
      const response: unknown = error instanceof Error && 'response' in error ? error.response : null;
      if (response instanceof Response) return response;
      throw error;
    }
  }

  async #live(
    session: SessionObject,
    provider: string,
    { scope = '', minValidity }: AccessTokenOptions,
  ): Promise<{ readonly found: OAuthProvider; readonly tokens: KeptTokens }> {
    const validity = minValidity === undefined ? usualValidity : milliseconds('minValidity', minValidity);
    const login = loginOf(session);
    if (login === null) throw new UnauthorizedException();
    const request = requestOf(session);
    const context = request === null ? null : new ExecutionContextHost([request.carrier]);
    const found = login.auth.sealed === undefined ? null : await this.providers.named(provider, context);
    const kept = found && this.#keptBy(login, found);
    if (found === null || kept === null) throw new AccessTokenException('PROVIDER_TOKENS_MISSING', provider);
    const wanted = { login, provider: found, context, minValidity: validity, address: request?.client.address ?? '' };
    const tokens = isLive(kept, this.runtime.now(), validity)
      ? kept
      : await this.#renewed({ ...wanted, end: () => this.#end(session) });
    const missing = scopesIn(scope).filter((one) => !tokens.scopes.includes(one));
    if (missing.length > 0) throw new AccessTokenException('PROVIDER_SCOPE_MISSING', provider, missing.join(' '));
    return { found, tokens };
  }

  /** Tokens of another client, such as of another tenant, are never sent to this one. */
  #keptBy({ auth }: KnownLogin, provider: OAuthProvider): KeptTokens | null {
    const kept = this.seal.in(auth, provider.name);
    return kept?.client === clientOf(provider) ? kept : null;
  }

  async #renewed(wanted: Wanted): Promise<KeptTokens> {
    const { name } = wanted.provider;
    const renewed = await atOnce(this.runtime, () => this.refresh.renew(wanted));
    switch (renewed) {
      case 'ended':
        throw new UnauthorizedException();
      case 'missing':
        throw new AccessTokenException('PROVIDER_TOKENS_MISSING', name);
      case 'unavailable':
        throw new AccessTokenException('PROVIDER_UNAVAILABLE', name);
      case 'refused':
        throw new AccessTokenException('PROVIDER_TOKENS_REFUSED', name);
      default:
        return renewed;
    }
  }

  async #end(session: SessionObject): Promise<void> {
    // It may be a view that cannot be changed.
    await this.auth.logout((await requestOf(session)?.get()) ?? session);
  }
}

export const boundTokens = new PerApplication<AccessTokens>(
  'There are no access tokens here: import AccountsModule.forRoot() in the root module, and use @AccessToken() in HTTP controllers.',
);
