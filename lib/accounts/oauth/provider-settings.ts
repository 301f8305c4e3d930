import type { ProviderApi } from './provider-api.js';

/** Who somebody is at a provider. All of it is what the provider says. @publicApi */
export interface OAuthProfile {
  /** The name of the provider in the settings. */
  readonly provider: string;
  /** The issuer, such as `https://accounts.google.com`. */
  readonly issuer: string;
  /** What the provider calls the person, for ever. */
  readonly subject: string;
  readonly email: string | null;
  /** Whether the provider says that it has checked the address. It never links or confirms an account by itself. */
  readonly emailVerified: boolean;
  readonly username: string | null;
  readonly name: string | null;
  readonly picture: string | null;
  readonly locale: string | null;
  /** Everything that the provider has said. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What a provider without OpenID Connect says of a person, as a function makes it of its API. @publicApi */
export type OAuthProfileFacts = Pick<OAuthProfile, 'subject'> &
  Partial<Omit<OAuthProfile, 'provider' | 'issuer' | 'subject'>>;

/** Where a provider without OpenID Connect is. @publicApi */
export interface OAuthEndpoints {
  /** What its responses call it, if they do (RFC 9207). Default: the origin of `authorization`. */
  readonly issuer?: string | undefined;
  readonly authorization: string;
  readonly token: string;
  /** What the paths of its API begin with: nothing else gets the access token. */
  readonly api: string;
}

/** A provider. @publicApi */
export interface OAuthProviderSettings {
  readonly clientId: string;
  /** Default: none, as for a public client. */
  readonly clientSecret?: string | undefined;
  /** Of a provider with OpenID Connect: the rest is discovered. */
  readonly issuer?: string | undefined;
  /** Of a provider without it; needs `profile`. */
  readonly endpoints?: OAuthEndpoints | undefined;
  /** Reads who somebody is from the API of a provider without OpenID Connect. */
  readonly profile?: ((api: ProviderApi) => Promise<OAuthProfileFacts>) | undefined;
  /** What buttons call it. Default: its name. */
  readonly label?: string | undefined;
  /** Separated by spaces. Default: `openid email profile`, with OpenID Connect. */
  readonly scope?: string | undefined;
  /** Further parameters of the authorization request, such as `{ hd: 'example.com' }`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** The authentication context classes that are asked for (`acr_values`); a login with another one is rejected. Default: any. */
  readonly acrValues?: readonly string[] | undefined;
  /** Those of them that stand for a second factor. Default: none; `amr` says it. */
  readonly mfaAcrValues?: readonly string[] | undefined;
  /** Whether factors that the provider reports (`amr`) count: `mfa` is then a second factor. Default: yes. */
  readonly trustFactors?: boolean | undefined;
  /** How the client authenticates. Default: what the provider supports, `client_secret_basic` first. */
  readonly clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'none' | undefined;
  /** Whether the request is sent to the provider itself (PAR), where it offers that. Default: yes. */
  readonly par?: boolean | undefined;
  /** Whether tokens are bound to a key of this application (DPoP), where the provider offers that. Default: yes. */
  readonly dpop?: boolean | undefined;
  /** How the response comes back. `form_post`: by a form, so that it is in no address at the provider. Default: `query`. */
  readonly responseMode?: 'query' | 'form_post' | undefined;
  /** Whether a logout here leads to that of the provider, where it offers one. Default: no. */
  readonly logout?: boolean | undefined;
  /**
   * Whether the tokens are kept with the login, so that `AccessTokens` and `@AccessToken()` give access tokens to the application's code. Needs
   * sessions in a store. Default: no.
   */
  readonly keepTokens?: boolean | undefined;
  /** Further origins that the provider leads through, for the `form-action` of pages. Default: none beside its own. */
  readonly formActions?: readonly string[] | undefined;
  /** How long each of its answers is waited for, in ms. Default: 10 seconds. */
  readonly timeout?: number | undefined;
}

/** A provider, or one that depends on the request, such as on the tenant that it is for; null: none for this one. @publicApi */
export type OAuthProviderOption =
  | OAuthProviderSettings
  | ((request: unknown) => OAuthProviderSettings | null | Promise<OAuthProviderSettings | null>);
