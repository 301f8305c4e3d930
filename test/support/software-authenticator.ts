import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** What an authenticator or its browser does otherwise than it should. */
export interface Deviation {
  /** Of the page; the authenticator's own by default. */
  readonly origin?: string;
  readonly rpId?: string;
  /** `webauthn.create` or `webauthn.get`. */
  readonly type?: string;
  readonly challenge?: string;
  /** Further members of the client data. */
  readonly client?: Readonly<Record<string, unknown>>;
  readonly isUserPresent?: boolean;
  readonly isUserVerified?: boolean;
  readonly isSyncable?: boolean;
  readonly isBackedUp?: boolean;
  readonly counter?: number;
  readonly userHandle?: string | null;
  /** The key that signs. */
  readonly key?: KeyObject;
  /** The id that the browser names. */
  readonly id?: string;
  /** The attestation format, and its statement. */
  readonly attestation?: { readonly fmt: string; readonly attStmt: ReadonlyMap<string, CborValue> };
  /** The algorithm that the public key says it has. */
  readonly algorithm?: number;
}

interface SoftPasskey {
  readonly id: string;
  readonly rpId: string;
  readonly handle: string;
  readonly privateKey: KeyObject;
  counter: number;
}

export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly excludeCredentials: readonly { readonly id: string }[];
}

export interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
}

/** An authenticator and its browser: makes passkeys with keys on P-256, and uses them. */
export class SoftwareAuthenticator {
  readonly passkeys: SoftPasskey[] = [];

  /**
   * @param origin of the page that uses it
   * @param nature what it does unless a call says otherwise
   */
  constructor(
    private readonly origin: string,
    private readonly nature: { readonly counts?: boolean; readonly isSyncable?: boolean } = {},
  ) {}

  /** As `navigator.credentials.create()` and `toJSON()`. @param as the id of the new passkey; random by default */
  create(options: CreationOptions, deviation: Deviation = {}, as?: string): Record<string, unknown> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = as === undefined ? randomBytes(16) : Buffer.from(as, 'base64url');
    const passkey = {
      id: id.toString('base64url'),
      rpId: options.rp.id,
      handle: options.user.id,
      privateKey,
      counter: 0,
    };
    this.passkeys.push(passkey);
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const coseKey = new Map<number, CborValue>([
      [1, 2],
      [3, deviation.algorithm ?? -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, encodeCbor(coseKey)]);
    const authData = this.#authenticatorData(passkey, deviation, attested);
    const { fmt, attStmt } = deviation.attestation ?? { fmt: 'none', attStmt: new Map() };
    const attestationObject = encodeCbor(
      new Map<string, CborValue>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', authData],
      ]),
    );
    return {
      ...this.#named(passkey, deviation),
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, deviation).toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    };
  }

  /** As `navigator.credentials.get()` and `toJSON()`. @param at which passkey; the newest by default */
  get(options: RequestOptions, deviation: Deviation = {}, at = -1): Record<string, unknown> {
    const passkey = this.passkeys.at(at);
    if (passkey === undefined) throw new Error('There is no passkey.');
    if (this.nature.counts === true) passkey.counter++;
    const clientData = this.#clientData('webauthn.get', options.challenge, deviation);
    const authenticatorData = this.#authenticatorData(passkey, deviation);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
    const userHandle = deviation.userHandle === undefined ? passkey.handle : deviation.userHandle;
    return {
      ...this.#named(passkey, deviation),
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: sign('sha256', signed, deviation.key ?? passkey.privateKey).toString('base64url'),
        userHandle,
      },
    };
  }

  #named(passkey: SoftPasskey, { id = passkey.id }: Deviation): Record<string, unknown> {
    return { id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform' };
  }

  #clientData(type: string, challenge: string, deviation: Deviation): Buffer {
    const { origin } = this;
    const data = { type, challenge, origin, crossOrigin: false, ...deviation.client };
    const { type: ownType = type, challenge: own = challenge, origin: ownOrigin = origin } = deviation;
    return Buffer.from(JSON.stringify({ ...data, type: ownType, challenge: own, origin: ownOrigin }));
  }

  /** WebAuthn, 6.1. */
  #authenticatorData(passkey: SoftPasskey, deviation: Deviation, attested: Buffer | null = null): Buffer {
    const { isUserPresent = true, isUserVerified = true, isSyncable = this.nature.isSyncable ?? false } = deviation;
    const { isBackedUp = isSyncable, rpId = passkey.rpId, counter = passkey.counter } = deviation;
    const bits = [isUserPresent, false, isUserVerified, isSyncable, isBackedUp, false, attested !== null, false];
    const tail = Buffer.alloc(5);
    tail.writeUInt8(bits.reduce((sum, bit, index) => sum + (bit ? 2 ** index : 0), 0));
    tail.writeUInt32BE(counter, 1);
    const rpIdHash = createHash('sha256').update(rpId).digest();
    return Buffer.concat([rpIdHash, tail, attested ?? Buffer.alloc(0)]);
  }
}

export type CborValue = number | string | Uint8Array | readonly CborValue[] | ReadonlyMap<number | string, CborValue>;

/** As much of CBOR (RFC 8949) as attestations need. */
export function encodeCbor(value: CborValue): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<number | string, CborValue>)];
    return Buffer.concat([
      head(5, entries.length),
      ...entries.flatMap(([key, one]) => [encodeCbor(key), encodeCbor(one)]),
    ]);
  }
  const items = value as readonly CborValue[];
  return Buffer.concat([head(4, items.length), ...items.map(encodeCbor)]);
}

function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size]);
  if (size < 256) return Buffer.from([(major << 5) | 24, size]);
  return Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
}

/** The public key of a passkey, in COSE form. */
export function coseKeyOf({ privateKey }: Pick<SoftPasskey, 'privateKey'>): Buffer {
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' });
  return encodeCbor(
    new Map<number, CborValue>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  );
}
