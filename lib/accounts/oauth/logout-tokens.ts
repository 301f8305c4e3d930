import { Injectable } from '@nestjs/common';
import { importPeer } from '../../stores/import-peer.js';
import { FlowProofs } from '../proofs/flow-proofs.js';
import type { ProviderConfiguration } from './openid-client-library.js';
import { OAuthProviders, type OAuthProvider } from './oauth-providers.js';

/** Whose sessions a provider has ended. */
export interface LogoutClaims {
  readonly issuer: string;
  /** Null: only the session is named. */
  readonly subject: string | null;
  /** Null: all sessions of the subject. */
  readonly sid: string | null;
}

/** The published keys of a provider: made by the library, and only handed back to it. */
type Keys = (header: never) => Promise<object>;

/** As much of `jose` as is used, in our own words. */
interface Jose {
  createRemoteJWKSet(this: void, url: URL, options: { timeoutDuration: number }): Keys;
  jwtVerify(
    token: string,
    keys: Keys,
    options: {
      issuer: string;
      audience: string;
      algorithms: string[];
      clockTolerance: number;
      maxTokenAge: number;
      requiredClaims: string[];
    },
  ): Promise<{ readonly payload: Readonly<Record<string, unknown>> }>;
}

const event = 'http://schemas.openid.net/event/backchannel-logout';
/** Signatures that everybody can check who has the provider's public keys. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
];
/** How old a token may be, in seconds. */
const oldest = 300;
const clockTolerance = 30;
const longest = 16_384;

/** Checks logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.6). */
@Injectable()
export class LogoutTokens {
  readonly #keys = new WeakMap<ProviderConfiguration, Keys>();

  constructor(
    private readonly providers: OAuthProviders,
    private readonly proofs: FlowProofs,
  ) {}

  /** Null: it is not valid, or was used. Rejects with errors of the library where the provider does not answer. @param token untrusted */
  async check(provider: OAuthProvider, token: unknown): Promise<LogoutClaims | null> {
    if (typeof token !== 'string' || token.length > longest) return null;
    const configuration = await this.providers.configurationOf(provider);
    const { issuer, jwks_uri: jwks } = configuration.serverMetadata();
    if (jwks === undefined) return null;
    const jose: Jose = await importPeer('jose', 'Back-channel logout', () => import('jose'));
    const { payload } = await jose.jwtVerify(token, this.#keysOf(jose, configuration, jwks), {
      ...{ issuer, audience: provider.settings.clientId, algorithms, clockTolerance },
      maxTokenAge: oldest,
      requiredClaims: ['iat', 'jti', 'events'],
    });
    const { sub, sid, jti, events } = payload;
    const isLogout = typeof events === 'object' && events !== null && Object.hasOwn(events, event);
    // An ID token is no logout token.
    if (!isLogout || payload['nonce'] !== undefined || typeof jti !== 'string') return null;
    const subject = typeof sub === 'string' && sub !== '' ? sub : null;
    const session = typeof sid === 'string' && sid !== '' ? sid : null;
    if (subject === null && session === null) return null;
    const isFirst = await this.proofs.once(
      'oauth-logout',
      JSON.stringify([issuer, jti]),
      (oldest + clockTolerance) * 1000,
    );
    return isFirst ? { issuer, subject, sid: session } : null;
  }

  #keysOf({ createRemoteJWKSet }: Jose, configuration: ProviderConfiguration, url: string): Keys {
    const known = this.#keys.get(configuration);
    if (known !== undefined) return known;
    const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: (configuration.timeout ?? 10) * 1000 });
    this.#keys.set(configuration, keys);
    return keys;
  }
}
