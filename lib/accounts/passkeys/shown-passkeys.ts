import type { Passkey } from './passkey.js';

/**
 * What a page tells the browser, so that it no longer suggests removed passkeys or former names:
 * `PublicKeyCredential.signalAllAcceptedCredentials()` and `signalCurrentUserDetails()`.
 *
 * @publicApi
 */
export interface PasskeySignal {
  readonly rpId: string;
  /** The user handle, in base64url. */
  readonly userId: string;
  readonly name: string;
  readonly displayName: string;
  readonly allAcceptedCredentialIds: readonly string[];
}

/** The passkeys of the user, for their page. @publicApi */
export interface ShownPasskeys {
  readonly passkeys: readonly Passkey[];
  /** What the page tells the browser; null: there never was a passkey. */
  readonly signal: PasskeySignal | null;
}
