import type { Passkey } from './passkey.js';

/**
 * What a page tells the browser, so that it proposes no passkey that is no longer accepted, under no former name:
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

/** The passkeys of who is logged in, for their page. @publicApi */
export interface ShownPasskeys {
  readonly passkeys: readonly Passkey[];
  /** What the page tells the browser; null: there never was a passkey. */
  readonly signal: PasskeySignal | null;
}
