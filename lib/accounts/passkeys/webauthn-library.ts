import { importPeer } from '../../stores/import-peer.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Known = { id: string; transports?: string[] }[];

/** What a browser has returned, as the library takes it. */
interface Returned<Response> {
  id: string;
  rawId: string;
  type: 'public-key';
  clientExtensionResults: Record<string, never>;
  response: Response;
}

/** What the library is told to expect of it. */
interface Expected<Response> {
  response: Returned<Response>;
  expectedChallenge: string;
  expectedOrigin: string[];
  expectedRPID: string;
  requireUserVerification: boolean;
}

interface VerifiedDevice {
  readonly userVerified: boolean;
  readonly credentialDeviceType: 'singleDevice' | 'multiDevice';
  readonly credentialBackedUp: boolean;
}

interface VerifiedRegistration extends VerifiedDevice {
  readonly aaguid: string;
  readonly credential: { readonly id: string; readonly publicKey: Uint8Array; readonly counter: number };
}

/**
 * As much of `@simplewebauthn/server` as is used. In our own words: the declarations of the services that applications inject must not lead
 * to a package that they need not have.
 */
export interface WebAuthnLibrary {
  generateRegistrationOptions(options: {
    rpID: string;
    rpName: string;
    userID: Bytes;
    userName: string;
    userDisplayName: string;
    challenge: Bytes;
    timeout: number;
    attestationType: 'none';
    excludeCredentials: Known;
    authenticatorSelection: {
      residentKey: 'required' | 'preferred' | 'discouraged';
      userVerification: 'required' | 'preferred';
      authenticatorAttachment?: 'platform' | 'cross-platform';
    };
  }): Promise<object>;

  generateAuthenticationOptions(options: {
    rpID: string;
    challenge: Bytes;
    timeout: number;
    userVerification: 'required' | 'preferred';
    allowCredentials?: Known;
  }): Promise<object>;

  verifyRegistrationResponse(
    options: Expected<{ clientDataJSON: string; attestationObject: string }>,
  ): Promise<{ verified: false } | { verified: true; registrationInfo: VerifiedRegistration }>;

  verifyAuthenticationResponse(
    options: Expected<{ clientDataJSON: string; authenticatorData: string; signature: string }> & {
      credential: { id: string; publicKey: Bytes; counter: number };
    },
  ): Promise<{ verified: boolean; authenticationInfo: VerifiedDevice & { readonly newCounter: number } }>;

  decodeAttestationObject(bytes: Bytes): {
    get(name: 'fmt'): string;
    get(name: 'attStmt'): { get(name: 'x5c'): unknown };
  };
}

/** @throws SessionPeerMissingError if it is not installed */
export async function loadWebAuthn(): Promise<WebAuthnLibrary> {
  const [server, helpers] = await Promise.all([
    importPeer('@simplewebauthn/server', 'Passkeys', () => import('@simplewebauthn/server')),
    importPeer('@simplewebauthn/server', 'Passkeys', () => import('@simplewebauthn/server/helpers')),
  ]);
  return { ...server, decodeAttestationObject: helpers.decodeAttestationObject };
}
