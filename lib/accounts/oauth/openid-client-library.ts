import type { webcrypto } from 'node:crypto';
import { importPeer } from '../../stores/import-peer.js';

/** What a provider says of itself. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorization_endpoint?: string | undefined;
  readonly token_endpoint?: string | undefined;
  readonly userinfo_endpoint?: string | undefined;
  readonly end_session_endpoint?: string | undefined;
  readonly revocation_endpoint?: string | undefined;
  readonly pushed_authorization_request_endpoint?: string | undefined;
  readonly jwks_uri?: string | undefined;
  readonly token_endpoint_auth_methods_supported?: string[] | undefined;
  readonly dpop_signing_alg_values_supported?: string[] | undefined;
}

/** A provider and this client of it. */
export interface ProviderConfiguration {
  serverMetadata(): ProviderMetadata;
  timeout?: number | undefined;
}

/** Claims of an ID token that were checked, and others. */
export interface IdTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly auth_time?: number | undefined;
  readonly [claim: string]: unknown;
}

/** What a provider has answered at its token endpoint. */
export interface ProviderTokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly refresh_token?: string | undefined;
  readonly id_token?: string | undefined;
  readonly scope?: string | undefined;
  claims(): IdTokenClaims | undefined;
  /** In seconds. */
  expiresIn(): number | undefined;
}

/** The keys that tokens are bound to (RFC 9449). */
export interface DPoPKeys {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
}

/** What makes proofs of having the keys: made by the library, and only handed back to it. */
export interface DPoPHandle {
  calculateThumbprint(): Promise<string>;
}

export interface DPoPOptions {
  DPoP?: DPoPHandle;
}

/** How a client authenticates at the token endpoint: made by the library, and only handed back to it. */
type ClientAuthentication = {
  authenticate(server: object, client: object, body: URLSearchParams, headers: Headers): void;
}['authenticate'];

/** What is checked of an answer of the authorization endpoint. */
interface GrantChecks {
  pkceCodeVerifier: string;
  expectedState: string;
  expectedNonce?: string;
  idTokenExpected?: boolean;
  /** In seconds. */
  maxAge?: number;
}

/**
 * As much of `openid-client` as is used. In our own words: the declarations of the services that applications inject must not lead to a
 * package that they need not have.
 */
export interface OpenIdClientLibrary {
  readonly Configuration: new (
    server: { issuer: string; authorization_endpoint: string; token_endpoint: string },
    clientId: string,
    metadata: Record<string, never>,
    authentication: ClientAuthentication,
  ) => ProviderConfiguration;
  ClientSecretBasic(secret: string): ClientAuthentication;
  ClientSecretPost(secret: string): ClientAuthentication;
  None(): ClientAuthentication;
  allowInsecureRequests(this: void, configuration: ProviderConfiguration): void;
  enableNonRepudiationChecks(this: void, configuration: ProviderConfiguration): void;
  discovery(
    issuer: URL,
    clientId: string,
    metadata: Record<string, never>,
    authentication: ClientAuthentication,
    options: { timeout: number; execute: ((configuration: ProviderConfiguration) => void)[] },
  ): Promise<ProviderConfiguration>;
  randomPKCECodeVerifier(): string;
  randomNonce(): string;
  calculatePKCECodeChallenge(verifier: string): Promise<string>;
  buildAuthorizationUrl(configuration: ProviderConfiguration, parameters: Record<string, string>): URL;
  buildAuthorizationUrlWithPAR(configuration: ProviderConfiguration, parameters: Record<string, string>): Promise<URL>;
  buildEndSessionUrl(configuration: ProviderConfiguration, parameters: Record<string, string>): URL;
  randomDPoPKeyPair(algorithm: string, options: { extractable: boolean }): Promise<DPoPKeys>;
  getDPoPHandle(configuration: ProviderConfiguration, keys: DPoPKeys): DPoPHandle;
  authorizationCodeGrant(
    configuration: ProviderConfiguration,
    url: URL,
    checks: GrantChecks,
    parameters: Record<string, string>,
    options: DPoPOptions,
  ): Promise<ProviderTokens>;
  refreshTokenGrant(
    configuration: ProviderConfiguration,
    refreshToken: string,
    parameters: Record<string, string>,
    options: DPoPOptions,
  ): Promise<ProviderTokens>;
  tokenRevocation(
    configuration: ProviderConfiguration,
    token: string,
    parameters: { token_type_hint: string },
  ): Promise<void>;
  fetchUserInfo(
    configuration: ProviderConfiguration,
    accessToken: string,
    subject: string,
    options: DPoPOptions,
  ): Promise<Readonly<Record<string, unknown>>>;
  fetchProtectedResource(
    configuration: ProviderConfiguration,
    accessToken: string,
    url: URL,
    method: string,
    body: string | URLSearchParams | null,
    headers: Headers,
    options: DPoPOptions,
  ): Promise<Response>;
}

/** @throws SessionPeerMissingError if it is not installed */
export function loadOpenIdClient(): Promise<OpenIdClientLibrary> {
  return importPeer('openid-client', 'Sign-in with other providers', () => import('openid-client'));
}
