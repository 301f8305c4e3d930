import { SessionConfigError } from '../../errors.js';
import type { RelyingParty } from './relying-party.js';
import type { AssertionJson, AttestationJson } from './credential-input.js';
import type { PasskeyFacts, StoredPasskey } from './passkey.js';
import type { WebAuthnLibrary } from './webauthn-library.js';

/** The options for the browser, for `PublicKeyCredential.parseCreationOptionsFromJSON()` and so on. @publicApi */
export type CeremonyOptions = object;

/** Who is to have a new passkey. */
export interface NewPasskeyUser {
  /** In base64url. */
  readonly handle: string;
  readonly name: string;
  readonly displayName: string;
}

/** What a new passkey must be. */
export interface NewPasskeyWish {
  readonly residentKey: 'required' | 'preferred' | 'discouraged';
  readonly userVerification: 'required' | 'preferred';
  readonly attachment: 'platform' | 'cross-platform' | null;
  readonly timeout: number;
}

/** What a use of a passkey has proved. */
export interface VerifiedAssertion {
  /** As the authenticator counts its uses; 0: it does not. */
  readonly counter: number;
  readonly isBackedUp: boolean;
  readonly isUserVerified: boolean;
}

/** A passkey that has just been made. */
export interface VerifiedAttestation {
  readonly facts: PasskeyFacts;
  readonly isUserVerified: boolean;
}

type KnownPasskey = Pick<StoredPasskey, 'credentialId' | 'transports'>;

/** Makes options for browsers and verifies what they return. @see https://www.w3.org/TR/webauthn-3/ */
export class WebAuthn {
  readonly #library: WebAuthnLibrary | null;

  /**
   * @param library null: passkeys are off
   * @param relyingParty not known before the application listens, where no setting says
   */
  constructor(
    library: WebAuthnLibrary | null,
    private readonly relyingParty: () => RelyingParty,
  ) {
    this.#library = library;
  }

  /** @throws SessionConfigError if passkeys are off */
  private get library(): WebAuthnLibrary {
    if (this.#library !== null) return this.#library;
    throw new SessionConfigError([
      { setting: 'SECURITY_WEBAUTHN (passkeys)', problem: 'must be true where passkeys are used' },
    ]);
  }

  get party(): RelyingParty {
    return this.relyingParty();
  }

  /** @param known the passkeys that the user has already */
  async creationOptions(
    challenge: string,
    { handle, name, displayName }: NewPasskeyUser,
    known: readonly KnownPasskey[],
    { residentKey, userVerification, attachment, timeout }: NewPasskeyWish,
  ): Promise<CeremonyOptions> {
    const { id, name: rpName } = this.party;
    return this.library.generateRegistrationOptions({
      rpID: id,
      rpName,
      userID: bytesOf(handle),
      userName: name,
      userDisplayName: displayName,
      challenge: bytesOf(challenge),
      timeout,
      attestationType: 'none',
      excludeCredentials: known.map(descriptor),
      authenticatorSelection: {
        residentKey,
        userVerification,
        ...(attachment === null ? {} : { authenticatorAttachment: attachment }),
      },
    });
  }

  /** @param allowed null: whichever the browser finds */
  async requestOptions(
    challenge: string,
    allowed: readonly KnownPasskey[] | null,
    { userVerification, timeout }: { userVerification: 'required' | 'preferred'; timeout: number },
  ): Promise<CeremonyOptions> {
    return this.library.generateAuthenticationOptions({
      rpID: this.party.id,
      challenge: bytesOf(challenge),
      timeout,
      userVerification,
      ...(allowed === null ? {} : { allowCredentials: allowed.map(descriptor) }),
    });
  }

  /** Null: it is not a new passkey of this site for this challenge. */
  async verifyAttestation(
    { id, clientDataJSON, attestationObject, transports, isDiscoverable }: AttestationJson,
    challenge: string,
    userVerification: 'required' | 'preferred',
  ): Promise<VerifiedAttestation | null> {
    const { party } = this;
    const result = await orNull(async () => {
      if (isEmbedded(clientDataJSON) || !this.#isPlain(attestationObject)) return null;
      return this.library.verifyRegistrationResponse({
        response: {
          ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
          response: { clientDataJSON, attestationObject },
        },
        expectedChallenge: challenge,
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
        requireUserVerification: userVerification === 'required',
      });
    });
    // The browser names a credential, and the authenticator another one.
    if (result?.verified !== true || result.registrationInfo.credential.id !== id) return null;
    const { credential, aaguid, credentialDeviceType, credentialBackedUp, userVerified } = result.registrationInfo;
    const { publicKey, counter } = credential;
    return {
      isUserVerified: userVerified,
      facts: {
        credentialId: id,
        publicKey: Buffer.from(publicKey).toString('base64url'),
        counter,
        transports,
        isSyncable: credentialDeviceType === 'multiDevice',
        isBackedUp: credentialBackedUp,
        isDiscoverable,
        aaguid,
      },
    };
  }

  /** Null: it was not this passkey, or not on this site, or not for this challenge. */
  async verifyAssertion(
    { id, clientDataJSON, authenticatorData, signature }: AssertionJson,
    challenge: string,
    passkey: StoredPasskey,
    userVerification: 'required' | 'preferred',
  ): Promise<VerifiedAssertion | null> {
    const { party } = this;
    const result = await orNull(async () => {
      if (isEmbedded(clientDataJSON)) return null;
      return this.library.verifyAuthenticationResponse({
        response: {
          ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
          response: { clientDataJSON, authenticatorData, signature },
        },
        expectedChallenge: challenge,
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
        // The counter is compared where it is stored, and after the signature: one that is not signed says nothing.
        credential: { id: passkey.credentialId, publicKey: bytesOf(passkey.publicKey), counter: 0 },
        requireUserVerification: userVerification === 'required',
      });
    });
    if (result?.verified !== true || passkey.credentialId !== id) return null;
    const { newCounter, credentialDeviceType, credentialBackedUp, userVerified } = result.authenticationInfo;
    // Whether it may be copied never changes (WebAuthn, 7.2, step 20).
    if ((credentialDeviceType === 'multiDevice') !== passkey.isSyncable) return null;
    return { counter: newCounter, isBackedUp: credentialBackedUp, isUserVerified: userVerified };
  }

  /**
   * Whether an attestation names no manufacturer, as none was asked for. One with certificates would be checked with lists of revoked ones,
   * which are fetched from where a certificate says.
   */
  #isPlain(attestationObject: string): boolean {
    const decoded = this.library.decodeAttestationObject(bytesOf(attestationObject));
    const format = decoded.get('fmt');
    return format === 'none' || (format === 'packed' && decoded.get('attStmt').get('x5c') === undefined);
  }
}

/** Whether a page of another site contained the one that used the passkey. */
function isEmbedded(clientDataJSON: string): boolean {
  const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
  if (typeof data !== 'object' || data === null) return true;
  return ('crossOrigin' in data && data.crossOrigin !== false) || 'topOrigin' in data;
}

/** The library, and the parsers below it, throw whatever comes of input that is not valid. */
async function orNull<Result>(verify: () => Promise<Result>): Promise<Result | null> {
  try {
    return await verify();
  } catch {
    return null;
  }
}

function descriptor({ credentialId, transports }: KnownPasskey): { id: string; transports?: string[] } {
  return { id: credentialId, ...(transports.length === 0 ? {} : { transports: [...transports] }) };
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}
