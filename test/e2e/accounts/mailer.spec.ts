import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { createServer, type Socket } from 'node:net';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { MemoryMailQueue } from '../../../lib/accounts/mail/mail-queue.js';
import { MailRejectedError, type Mail, type Mailer } from '../../../lib/accounts/mail/mail.js';
import { SmtpMailer, smtpMailer } from '../../../lib/accounts/mail/smtp-mailer.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { MailServer } from '../../support/mail-server.js';
import { patienceMs } from '../../support/patience.js';

const mail: Mail = {
  to: 'ada@example.com',
  from: 'Shop <no-reply@shop.example>',
  kind: 'confirm',
  subject: 'Bestätigen Sie Ihre Adresse',
  text: 'Öffnen Sie https://shop.example/auth/confirm?token=abc\n',
  html: '<p>Öffnen Sie <a href="https://shop.example/auth/confirm?token=abc">diesen Link</a></p>',
  data: {},
};

const options = { size: 10, retryAfter: [1, 1], parallel: 1, report: () => {} };

describe('smtpMailer', () => {
  let server: MailServer;
  let mailer: SmtpMailer;

  afterEach(async () => {
    await mailer.close();
    await server.close();
  });

  it('delivers text and HTML to one recipient, and asks for no automatic reply', async () => {
    server = await MailServer.start();
    mailer = new SmtpMailer(server.url);
    await mailer.send(mail);
    const { from, to, parsed } = await server.mail();
    expect({ from, to }).toEqual({ from: 'no-reply@shop.example', to: ['ada@example.com'] });
    expect(parsed.subject).toBe(mail.subject);
    expect(parsed.from?.text).toBe('"Shop" <no-reply@shop.example>');
    expect(parsed.text).toBe(mail.text);
    expect(parsed.html).toContain('diesen Link</a>');
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it.each([
    ['a second recipient', { to: 'ada@example.com,eve@example.com' }],
    ['a header after a line break in the recipient', { to: 'ada@example.com\r\nBcc: eve@example.com' }],
    ['a header after a line break in the subject', { subject: 'Hello\r\nBcc: eve@example.com' }],
    ['a NUL in the subject', { subject: 'Hello\0' }],
    ['a header after a line break in the sender', { from: 'a@example.com\nBcc: eve@example.com' }],
    ['a name beside the recipient', { to: 'eve@example.com <ada@example.com>' }],
  ])('rejects %s', async (_what, change) => {
    server = await MailServer.start();
    mailer = new SmtpMailer(server.url);
    await expect(mailer.send({ ...mail, ...change })).rejects.toThrow(MailRejectedError);
    expect(server.received).toEqual([]);
  });

  it('sends again when the server has rejected a mail for the moment', async () => {
    let rejections = 2;
    server = await MailServer.start((_address, _session, callback) => {
      callback(rejections-- > 0 ? Object.assign(new Error('Try later'), { responseCode: 451 }) : null);
    });
    mailer = new SmtpMailer(server.url);
    const queue = new MemoryMailQueue(mailer, options);
    queue.add(mail);
    const { to } = await server.mail();
    expect(to).toEqual(['ada@example.com']);
    expect(await queue.drain(patienceMs)).toBe(0);
  });

  it('gives up at once when the server does not know the mailbox, and names no address in the log', async () => {
    let attempts = 0;
    server = await MailServer.start((_address, _session, callback) => {
      attempts++;
      callback(Object.assign(new Error('No such mailbox'), { responseCode: 550 }));
    });
    mailer = new SmtpMailer(server.url);
    const lines: string[] = [];
    const reported = new Promise<void>((resolve) => {
      const queue = new MemoryMailQueue(mailer, {
        ...options,
        report: (line) => {
          lines.push(line);
          resolve();
        },
      });
      queue.add(mail);
    });
    await reported;
    expect(attempts).toBe(1);
    expect(lines).toEqual([expect.stringContaining('could not be sent, and is lost')]);
    expect(lines.join()).not.toContain('ada@example.com');
  });

  it('keeps mails while the server is down, and sends them when it is up', async () => {
    server = await MailServer.start();
    const { port } = new URL(server.url);
    await server.close();
    mailer = new SmtpMailer(`smtp://127.0.0.1:${port}`);
    const lines: string[] = [];
    let told: () => void = () => {};
    const queue = new MemoryMailQueue(mailer, {
      ...options,
      retryAfter: [3_600_000],
      report: (line) => {
        lines.push(line);
        told();
      },
    });
    const failed = new Promise<void>((resolve) => (told = resolve));
    queue.add(mail);
    await failed;
    expect(lines).toEqual([expect.stringContaining('will be retried in 3600000 ms')]);
    const lost = await queue.drain(5_000);
    expect(lost).toBe(1);
  });
});

describe('smtpMailer()', () => {
  it.each(['mail.example', 'https://mail.example', ''])('rejects the URL %j', (url) => {
    expect(() => smtpMailer(url)).toThrow('expected a URL such as smtp://');
  });
});

describe('the queue', () => {
  /** Sends when told to. */
  class HeldMailer implements Mailer {
    readonly sent: string[] = [];
    readonly #held: (() => void)[] = [];

    send({ to }: Mail): Promise<void> {
      return new Promise((resolve) => {
        this.#held.push(() => {
          this.sent.push(to);
          resolve();
        });
      });
    }

    release(): void {
      this.#held.shift()?.();
    }
  }

  it('does not make its caller wait for the mailer', () => {
    const queue = new MemoryMailQueue(new HeldMailer(), options);
    expect(queue.add(mail)).toBeUndefined();
    expect(queue.length).toBe(1);
  });

  it('is bounded, and says what it loses', async () => {
    const lines: string[] = [];
    const mailer = new HeldMailer();
    const queue = new MemoryMailQueue(mailer, { ...options, size: 2, report: (line) => lines.push(line) });
    for (let count = 0; count < 3; count++) queue.add(mail);
    expect(queue.length).toBe(2);
    expect(lines).toEqual([expect.stringMatching(/^An email \(confirm\) is lost: 2 others wait/)]);
  });

  it('sends what waits before the application stops', async () => {
    const mailer = new HeldMailer();
    const queue = new MemoryMailQueue(mailer, options);
    queue.add(mail);
    queue.add({ ...mail, to: 'grace@example.com' });
    const drained = queue.drain(60_000);
    mailer.release();
    await new Promise(setImmediate);
    mailer.release();
    expect(await drained).toBe(0);
    expect(mailer.sent).toEqual(['ada@example.com', 'grace@example.com']);
  });

  it('says how many mails were lost when the server does not answer until then', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const mailer = new SmtpMailer(`smtp://127.0.0.1:${String(port)}`);
    const queue = new MemoryMailQueue(mailer, options);
    queue.add(mail);
    queue.add(mail);
    expect(await queue.drain(20)).toBe(2);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    await mailer.close();
  });
});

describe('work after answers', () => {
  it('is bounded, and the log says once that some is left out', async () => {
    const log = new CapturedLogger();
    Logger.overrideLogger(log);
    const work = new AfterAnswer();
    let done = 0;
    const one = (): Promise<void> => {
      done++;
      return Promise.resolve();
    };
    for (let count = 0; count < AfterAnswer.most; count++) expect(work.run(one)).toBe(true);
    expect([work.run(one), work.run(one)]).toEqual([false, false]);
    expect(log.at('error')).toEqual([expect.stringContaining('skipped at the moment, since 10000 tasks wait')]);
    expect(await work.settled(60_000)).toBe(0);
    expect(done).toBe(AfterAnswer.most);
    Logger.overrideLogger(new ConsoleLogger());
  });
});
