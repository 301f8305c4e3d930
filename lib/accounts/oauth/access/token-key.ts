import { webcrypto } from 'node:crypto';
import type { DPoPKeys, DPoPOptions, OpenIdClientLibrary, ProviderConfiguration } from '../openid-client-library.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

/** The key that tokens are bound to, as it is kept with them. */
export function exportedKey({ privateKey }: DPoPKeys): Promise<webcrypto.JsonWebKey> {
  return webcrypto.subtle.exportKey('jwk', privateKey);
}

/** What proves in requests that this application has the key of tokens. */
export async function boundTo(
  key: webcrypto.JsonWebKey | null,
  library: OpenIdClientLibrary,
  configuration: ProviderConfiguration,
): Promise<DPoPOptions> {
  if (key === null) return {};
  const { kty, crv, x, y } = key;
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('jwk', key, algorithm, true, ['sign']),
    webcrypto.subtle.importKey('jwk', { kty, crv, x, y } as webcrypto.JsonWebKey, algorithm, true, ['verify']),
  ]);
  return { DPoP: library.getDPoPHandle(configuration, { privateKey, publicKey }) };
}
