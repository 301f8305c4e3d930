import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as the server has received it. */
export interface ReceivedMail {
  /** Of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly parsed: ParsedMail;
}

/** A real SMTP server on a free port of the loopback interface. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  #waiting: (() => void)[] = [];

  private constructor(private readonly server: SMTPServer) {}

  /** @param onRcpt what it answers to a recipient, if not that it is accepted */
  static async start(onRcpt?: SMTPServerOptions['onRcptTo']): Promise<MailServer> {
    const box: { server?: MailServer } = {};
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      // Pooled connections stay open after a test; by default, `close()` waits 30 s for them.
      closeTimeout: 1,
      ...(onRcpt === undefined ? {} : { onRcptTo: onRcpt }),
      onData(stream, session, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const raw = Buffer.concat(chunks);
          simpleParser(raw).then((parsed) => {
            const { mailFrom, rcptTo } = session.envelope;
            box.server?.take({
              from: mailFrom === false ? '' : mailFrom.address,
              to: rcptTo.map(({ address }) => address),
              raw: raw.toString('latin1'),
              parsed,
            });
            callback();
          }, callback);
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (box.server = new MailServer(server));
  }

  get url(): string {
    return `smtp://127.0.0.1:${String((this.server.server.address() as AddressInfo).port)}`;
  }

  private take(mail: ReceivedMail): void {
    this.received.push(mail);
    for (const look of this.#waiting.splice(0)) look();
  }

  /** The mail with this number, once it has arrived. */
  async mail(number = 1): Promise<ReceivedMail> {
    for (;;) {
      const mail = this.received[number - 1];
      if (mail !== undefined) return mail;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(resolve);
    });
  }
}
