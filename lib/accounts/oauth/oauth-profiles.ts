import { Injectable } from '@nestjs/common';
import { isWellFormed } from '../../config/well-formed.js';
import type { DPoPOptions, ProviderConfiguration, ProviderTokens } from './openid-client-library.js';
import { OAuthProviders, type OAuthProvider } from './oauth-providers.js';
import type { Identity } from './oauth-identities.js';
import type { OAuthProfile, OAuthProfileFacts } from './provider-settings.js';

/** The longest subject, in characters: OpenID Connect permits 255. */
const longestSubject = 512;

/** Who somebody is, before more than that is asked. */
export interface Person {
  readonly identity: Identity;
  /** Asks the provider for what it has not said yet. */
  profile(): Promise<OAuthProfile>;
}

/** Reads from providers who somebody is. Rejects with errors of the library, or what the function of a provider throws. */
@Injectable()
export class OAuthProfiles {
  constructor(private readonly providers: OAuthProviders) {}

  async personOf(
    provider: OAuthProvider,
    configuration: ProviderConfiguration,
    tokens: ProviderTokens,
    bound: DPoPOptions,
  ): Promise<Person> {
    const claims = tokens.claims();
    if (claims === undefined) {
      const facts = await this.#factsOf(provider, configuration, tokens, bound);
      const identity = identityOf(provider, configuration.serverMetadata().issuer, facts.subject);
      return { identity, profile: () => Promise.resolve(profileOf(identity, facts)) };
    }
    const identity = identityOf(provider, claims.iss, claims.sub);
    return {
      identity,
      profile: async () => {
        const said = await this.#userInfo(configuration, tokens, claims, bound);
        return profileOf(identity, factsIn(claims.sub, { ...said, ...claims }));
      },
    };
  }

  /** Only where the ID token leaves out the address. */
  async #userInfo(
    configuration: ProviderConfiguration,
    tokens: ProviderTokens,
    claims: Readonly<Record<string, unknown>> & { readonly sub: string },
    bound: DPoPOptions,
  ): Promise<object> {
    const isAsked = claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined;
    return isAsked ? this.providers.library.fetchUserInfo(configuration, tokens.access_token, claims.sub, bound) : {};
  }

  async #factsOf(
    { settings }: OAuthProvider,
    configuration: ProviderConfiguration,
    { access_token: accessToken }: ProviderTokens,
    bound: DPoPOptions,
  ): Promise<OAuthProfileFacts> {
    const { endpoints, profile } = settings;
    if (endpoints === undefined || profile === undefined) throw new OAuthProfileError('no ID token');
    const api = endpoints.api.replace(/\/+$/, '');
    return profile({
      get: async (path) => {
        if (!path.startsWith('/')) throw new OAuthProfileError('a path begins with /');
        const headers = new Headers({ accept: 'application/json' });
        const url = new URL(api + path);
        const { library } = this.providers;
        const response = await library.fetchProtectedResource(
          configuration,
          accessToken,
          url,
          'GET',
          null,
          headers,
          bound,
        );
        if (!response.ok) throw new OAuthProfileError(`status ${String(response.status)}`, response.status);
        return await response.json();
      },
    });
  }
}

/** A provider does not say who somebody is. */
class OAuthProfileError extends Error {
  override readonly name = 'OAuthProfileError';

  constructor(
    message: string,
    readonly status = 200,
  ) {
    super(message);
  }
}

function identityOf({ name }: OAuthProvider, issuer: string, subject: unknown): Identity {
  const isUsable =
    typeof subject === 'string' && subject !== '' && subject.length <= longestSubject && isWellFormed(subject);
  if (!isUsable || subject.includes('\0')) throw new OAuthProfileError('no subject');
  return { provider: name, issuer, subject };
}

function profileOf({ provider, issuer, subject }: Identity, facts: OAuthProfileFacts): OAuthProfile {
  const { email = null, emailVerified = false, username = null, name = null, picture = null, locale = null } = facts;
  const { claims = {} } = facts;
  return { provider, issuer, subject, email, emailVerified, username, name, picture, locale, claims };
}

function factsIn(subject: string, claims: Readonly<Record<string, unknown>>): OAuthProfileFacts {
  const textOf = (name: string): string | null => {
    const value = claims[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    subject,
    email: textOf('email'),
    // Some say it as text, which is not what the standard has.
    emailVerified: claims['email_verified'] === true,
    username: textOf('preferred_username'),
    name: textOf('name'),
    picture: textOf('picture'),
    locale: textOf('locale'),
    claims,
  };
}
