import type { Transporter } from 'nodemailer';
import { parseUrl } from '../../config/parse-url.js';
import { importPeer } from '../../stores/import-peer.js';
import { assertSendable, type Mail, type Mailer } from './mail.js';

/** Sends mails over SMTP, by nodemailer. */
export class SmtpMailer implements Mailer {
  // `#private`: the URL may contain a password.
  readonly #url: string;
  #transport: Promise<Transporter> | null = null;

  /** @throws TypeError for a URL that is not smtp:// or smtps:// */
  constructor(url: string) {
    const protocol = parseUrl(url)?.protocol;
    if (protocol !== 'smtp:' && protocol !== 'smtps:') {
      throw new TypeError(
        'smtpMailer: expected a URL such as smtp://user:password@mail.example:587 or smtps://user:password@mail.example.',
      );
    }
    this.#url = url;
  }

  /** Loads nodemailer, so that a missing one is noticed at boot. @throws SessionPeerMissingError */
  async load(): Promise<void> {
    await this.#open();
  }

  async send(mail: Mail): Promise<void> {
    assertSendable(mail);
    const transport = await this.#open();
    const { to, from, subject, text, html } = mail;
    await transport.sendMail({
      from,
      // An object, since a string would be read as a list.
      to: { name: '', address: to },
      subject,
      text,
      html,
      // No automatic replies, such as those of somebody on holiday (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Closes the connections to the server. */
  async close(): Promise<void> {
    const transport = this.#transport;
    this.#transport = null;
    (await transport)?.close();
  }

  #open(): Promise<Transporter> {
    return (this.#transport ??= this.#connect().catch((error: unknown) => {
      this.#transport = null;
      throw error;
    }));
  }

  async #connect(): Promise<Transporter> {
    const { createTransport } = await importPeer('nodemailer', 'smtpMailer()', () => import('nodemailer'));
    return createTransport({ url: this.#url, pool: true });
  }
}

/**
 * A mailer for an SMTP server, with a few connections that stay open. Needs the package `nodemailer`.
 *
 * @param url such as `smtp://user:password@mail.example:587`, or `smtps://` for implicit TLS.
 * @throws TypeError for another URL
 *
 * @publicApi
 */
export function smtpMailer(url: string): Mailer {
  return new SmtpMailer(url);
}
