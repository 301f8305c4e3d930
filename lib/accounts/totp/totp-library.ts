import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { importPeer } from '../../stores/import-peer.js';
import { AccountsConfig } from '../accounts-config.js';

/** How far the clock of a phone may differ, in seconds: the code before and the one after are accepted, too. */
const tolerance = 30;
const neededFor = 'totp';

/** What is used of the library for codes. */
interface Otp {
  generateSecret(): string;
  generateURI(options: { readonly secret: string; readonly issuer: string; readonly label: string }): string;
  verify(options: {
    readonly secret: string;
    readonly token: string;
    readonly epoch: number;
    readonly epochTolerance: number;
  }): Promise<{ readonly valid: boolean; readonly timeStep?: number }>;
}

/** What is used of the library for QR codes. */
interface Qr {
  toString(text: string, options: { readonly type: 'svg'; readonly errorCorrectionLevel: 'M' }): Promise<string>;
}

/** One-time codes by time (RFC 6238), of six digits and 30 seconds, as every authenticator app makes them. */
@Injectable()
export class TotpLibrary implements OnModuleInit {
  #otp: Otp | null = null;
  #qr: Qr | null = null;

  constructor(
    private readonly config: AccountsConfig,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** @throws SessionPeerMissingError without the libraries, where authenticator apps are on */
  async onModuleInit(): Promise<void> {
    if (!this.config.options.totp.enabled) return;
    this.#otp = await importPeer('otplib', neededFor, () => import('otplib'));
    const { default: qr } = await importPeer('qrcode', neededFor, () => import('qrcode'));
    this.#qr = qr;
  }

  /** A new secret: 160 bits in base32. */
  newSecret(): string {
    return loaded(this.#otp).generateSecret();
  }

  /** What a QR code says. */
  uriOf(secret: string, issuer: string, label: string): string {
    return loaded(this.#otp).generateURI({ secret, issuer, label });
  }

  /** The QR code of a URI, as SVG. */
  pictureOf(uri: string): Promise<string> {
    return loaded(this.#qr).toString(uri, { type: 'svg', errorCorrectionLevel: 'M' });
  }

  /** The time step of a code, if it is valid now; null: it is not. A step is used once: compare it with the last one that was. */
  async stepOf(secret: string, code: string): Promise<number | null> {
    if (!/^\d{6}$/.test(code)) return null;
    const epoch = Math.floor(this.runtime.now() / 1_000);
    const result = await loaded(this.#otp).verify({ secret, token: code, epoch, epochTolerance: tolerance });
    return result.valid ? (result.timeStep ?? null) : null;
  }
}

function loaded<Library>(library: Library | null): Library {
  if (library === null) throw new TypeError('Authenticator apps are off.');
  return library;
}
