import type { ProviderApi } from './provider-api.js';

/** The profile of a user at a provider, as the provider reports it. @publicApi */
export interface OAuthProfile {
  /** The name of the provider in the settings. */
  readonly provider: string;
  /** The issuer, such as `https://accounts.google.com`. */
  readonly issuer: string;
  /** The permanent identifier of the user at the provider. */
  readonly subject: string;
  readonly email: string | null;
  /** Whether the provider says that it has verified the address. That alone never links or confirms an account. */
  readonly emailVerified: boolean;
  readonly username: string | null;
  readonly name: string | null;
  readonly picture: string | null;
  readonly locale: string | null;
  /** All claims of the provider. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The profile that a function reads from the API of a provider without OpenID Connect. @publicApi */
export type OAuthProfileFacts = Pick<OAuthProfile, 'subject'> &
  Partial<Omit<OAuthProfile, 'provider' | 'issuer' | 'subject'>>;

/** The endpoints of a provider without OpenID Connect. @publicApi */
export interface OAuthEndpoints {
  /** The issuer in its responses, if they have one (RFC 9207). Default: the origin of `authorization`. */
  readonly issuer?: string | undefined;
  readonly authorization: string;
  readonly token: string;
  /** The base URL of its API: nothing else receives the access token. */
  readonly api: string;
}

/** A provider. @publicApi */
export interface OAuthProviderSettings {
  readonly clientId: string;
  /** Default: none, for a public client. */
  readonly clientSecret?: string | undefined;
  /** The issuer of a provider with OpenID Connect, from which the rest is discovered. */
  readonly issuer?: string | undefined;
  /** The endpoints of a provider without OpenID Connect; needs `profile`. */
  readonly endpoints?: OAuthEndpoints | undefined;
  /** Reads the profile of a user from the API of a provider without OpenID Connect. */
  readonly profile?: ((api: ProviderApi) => Promise<OAuthProfileFacts>) | undefined;
  /** Its name on buttons. Default: its name in the settings. */
  readonly label?: string | undefined;
  /** The requested scope, separated by spaces. Default: `openid email profile`, with OpenID Connect. */
  readonly scope?: string | undefined;
  /** Further parameters of the authorization request, such as `{ hd: 'example.com' }`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** The requested authentication context classes (`acr_values`); a login with another one is rejected. Default: any. */
  readonly acrValues?: readonly string[] | undefined;
  /** Authentication context classes that count as a second factor. Default: none; `amr` decides. */
  readonly mfaAcrValues?: readonly string[] | undefined;
  /** Whether factors that the provider reports (`amr`) count: `mfa` is then a second factor. Default: yes. */
  readonly trustFactors?: boolean | undefined;
  /** How the client authenticates. Default: what the provider supports, `client_secret_basic` first. */
  readonly clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'none' | undefined;
  /** Whether to use pushed authorization requests (PAR), if the provider supports them. Default: yes. */
  readonly par?: boolean | undefined;
  /** Whether to bind tokens to a key of this application (DPoP), if the provider supports that. Default: yes. */
  readonly dpop?: boolean | undefined;
  /** How the response is returned. `form_post`: as a form, so that it appears in no URL. Default: `query`. */
  readonly responseMode?: 'query' | 'form_post' | undefined;
  /** Whether a logout here also logs out at the provider, if it supports that. Default: no. */
  readonly logout?: boolean | undefined;
  /**
   * Whether to keep the tokens with the login, for `AccessTokens` and `@AccessToken()`. Needs sessions in a store. Default: no.
   */
  readonly keepTokens?: boolean | undefined;
  /**
   * Further origins that the provider redirects through, for `form-action` of the pages' `Content-Security-Policy`. Default: only its own.
   */
  readonly formActions?: readonly string[] | undefined;
  /** The time limit of each request to the provider, in ms. Default: 10 seconds. */
  readonly timeout?: number | undefined;
}

/** A provider, or a function that returns one for a request, for example by tenant; null: none for this one. @publicApi */
export type OAuthProviderOption =
  | OAuthProviderSettings
  | ((request: unknown) => OAuthProviderSettings | null | Promise<OAuthProviderSettings | null>);
