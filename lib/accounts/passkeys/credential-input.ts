import type { Input } from '../http/input.js';

/** What a browser returns of a new passkey, in the form of `PublicKeyCredential.toJSON()`. */
export interface AttestationJson {
  /** The credential id, in base64url. */
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
  /** Whether the browser finds it by itself; null: it does not say. */
  readonly isDiscoverable: boolean | null;
}

/** What a browser returns of a passkey that has been used. */
export interface AssertionJson {
  /** The credential id, in base64url. */
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  /** Whose passkey it is, in base64url; null: it does not say. */
  readonly userHandle: string | null;
}

/** The most characters of each part, all of which are shorter by far where a browser made them. */
const longest = {
  /** 1023 bytes (WebAuthn, 4: credential id). */
  id: 1_364,
  clientDataJSON: 8_192,
  authenticatorData: 8_192,
  signature: 8_192,
  attestationObject: 32_768,
  userHandle: 86,
} as const;
/** The most characters of the whole, where it is text. */
const longestText = 131_072;
const transportNames = new Set(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);

type Fields = Readonly<Record<string, unknown>>;

/** A new passkey in the field `credential`: an object, or its JSON, as a form has it. */
export function attestationIn(input: Input): AttestationJson {
  const { id, response, extensions } = credentialIn(input);
  const attestation = {
    id: binary(id, longest.id),
    clientDataJSON: binary(response['clientDataJSON'], longest.clientDataJSON),
    attestationObject: binary(response['attestationObject'], longest.attestationObject),
    transports: transportsIn(response['transports']),
    isDiscoverable: isDiscoverableBy(extensions),
  };
  refuseIncomplete(input, [attestation.id, attestation.clientDataJSON, attestation.attestationObject]);
  return attestation;
}

/** A passkey that has been used in the field `credential`: an object, or its JSON. */
export function assertionIn(input: Input): AssertionJson {
  const { id, response } = credentialIn(input);
  const handle = response['userHandle'];
  const hasHandle = handle !== undefined && handle !== null && handle !== '';
  const assertion = {
    id: binary(id, longest.id),
    clientDataJSON: binary(response['clientDataJSON'], longest.clientDataJSON),
    authenticatorData: binary(response['authenticatorData'], longest.authenticatorData),
    signature: binary(response['signature'], longest.signature),
    userHandle: hasHandle ? binary(handle, longest.userHandle) : null,
  };
  const { clientDataJSON, authenticatorData, signature, userHandle } = assertion;
  refuseIncomplete(input, [assertion.id, clientDataJSON, authenticatorData, signature, userHandle ?? 'none']);
  return assertion;
}

function credentialIn(input: Input): { id: unknown; response: Fields; extensions: unknown } {
  const none = { id: '', response: {}, extensions: undefined };
  if (!input.has('credential')) {
    input.refuse('credential', 'REQUIRED');
    return none;
  }
  const credential = objectIn(input.raw('credential'));
  const response = objectIn(credential?.['response']);
  if (credential === null || response === null || credential['type'] !== 'public-key') return none;
  const { id, rawId = id } = credential;
  return { id: rawId === id ? id : '', response, extensions: credential['clientExtensionResults'] };
}

/** One error for the field, whatever is wrong in it: no person has typed it. */
function refuseIncomplete(input: Input, parts: readonly string[]): void {
  if (input.has('credential') && parts.includes('')) input.refuse('credential', 'CREDENTIAL_INVALID');
}

function objectIn(value: unknown): Fields | null {
  const parsed = typeof value === 'string' ? parse(value) : value;
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
}

function parse(text: string): unknown {
  if (text.length > longestText) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Base64url as browsers write it, in one spelling; empty: it is something else. */
function binary(value: unknown, most: number): string {
  if (typeof value !== 'string' || value.length > most || !/^[A-Za-z0-9_-]+$/.test(value)) return '';
  return Buffer.from(value, 'base64url').toString('base64url') === value ? value : '';
}

/** Those that are known: they are only hints for the browser. */
function transportsIn(value: unknown): string[] {
  const names: readonly unknown[] = Array.isArray(value) ? value.slice(0, 20) : [];
  return [...new Set(names)].filter((name): name is string => typeof name === 'string' && transportNames.has(name));
}

function isDiscoverableBy(extensions: unknown): boolean | null {
  const rk = objectIn(objectIn(extensions)?.['credProps'])?.['rk'];
  return typeof rk === 'boolean' ? rk : null;
}
