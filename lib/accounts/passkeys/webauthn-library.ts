import type * as Server from '@simplewebauthn/server';
import type * as Helpers from '@simplewebauthn/server/helpers';
import { importPeer } from '../../stores/import-peer.js';

/** As much of `@simplewebauthn/server` as is used. */
export type WebAuthnLibrary = Pick<
  typeof Server,
  | 'generateAuthenticationOptions'
  | 'generateRegistrationOptions'
  | 'verifyAuthenticationResponse'
  | 'verifyRegistrationResponse'
> &
  Pick<typeof Helpers, 'decodeAttestationObject'>;

/** @throws SessionPeerMissingError if it is not installed */
export async function loadWebAuthn(): Promise<WebAuthnLibrary> {
  const [server, helpers] = await Promise.all([
    importPeer('@simplewebauthn/server', 'Passkeys', () => import('@simplewebauthn/server')),
    importPeer('@simplewebauthn/server', 'Passkeys', () => import('@simplewebauthn/server/helpers')),
  ]);
  return { ...server, decodeAttestationObject: helpers.decodeAttestationObject };
}
