import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { ReturnedFlow } from './oauth-flows.js';
import { OAuthProfiles, type Person } from './oauth-profiles.js';
import { OAuthProviders, type OAuthProvider } from './oauth-providers.js';
import type { DPoPKeys, ProviderTokens } from './openid-client-library.js';
import { hasAcr } from './provider-factors.js';

/** The parameters of a provider's response; others are ignored. */
export type ResponseParameters = Readonly<Partial<Record<'code' | 'state' | 'iss' | 'error', string>>>;

/** What a provider has answered, checked. */
export interface Redeemed {
  readonly tokens: ProviderTokens;
  /** The keys that the tokens are bound to; null: they are bound to none. */
  readonly dpop: DPoPKeys | null;
  readonly person: Person;
}

/** Exchanges what a browser brings from a provider for tokens. */
@Injectable()
export class OAuthRedeemer {
  constructor(
    private readonly providers: OAuthProviders,
    private readonly profiles: OAuthProfiles,
    private readonly runtime: SessionRuntime,
  ) {}

  /** Rejects with errors of the library. @param callback where the provider was told to lead back to */
  async redeem(
    provider: OAuthProvider,
    flow: ReturnedFlow,
    callback: string,
    response: ResponseParameters,
  ): Promise<Redeemed> {
    const { library } = this.providers;
    const configuration = await this.providers.configurationOf(provider);
    const url = new URL(callback);
    for (const [name, value] of Object.entries(response)) url.searchParams.set(name, value);
    const dpop = await this.#keysFor(provider, configuration.serverMetadata().dpop_signing_alg_values_supported);
    const bound = dpop === null ? {} : { DPoP: library.getDPoPHandle(configuration, dpop) };
    const checks = {
      pkceCodeVerifier: flow.verifier,
      expectedState: response.state ?? '',
      ...(flow.nonce === null ? {} : { expectedNonce: flow.nonce, idTokenExpected: true }),
      // Since this began, however long it has taken since then.
      ...(flow.intent === 'verify' ? { maxAge: Math.ceil((this.runtime.now() - flow.begunAt) / 1000) } : {}),
    };
    const tokens = await library.authorizationCodeGrant(configuration, url, checks, {}, bound);
    if (!hasAcr(tokens.claims(), provider.settings)) throw new AccountsException(401, 'OAUTH_FAILED');
    const person = await this.profiles.personOf(provider, configuration, tokens, bound);
    return { tokens, dpop: tokens.token_type.toLowerCase() === 'dpop' ? dpop : null, person };
  }

  #keysFor({ settings }: OAuthProvider, supported: readonly string[] = []): Promise<DPoPKeys | null> {
    const isWanted = settings.dpop !== false && supported.includes('ES256');
    // Extractable, since tokens that are kept need their keys.
    return isWanted ? this.providers.library.randomDPoPKeyPair('ES256', { extractable: true }) : Promise.resolve(null);
  }
}
