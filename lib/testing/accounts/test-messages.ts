import type { Sms } from '../../accounts/codes/sms.js';
import type { Mail } from '../../accounts/mail/mail.js';

/** The longest wait for what runs after an answer, in ms. */
const patience = 30_000;

/** What {@link TestMessages} are made from. */
interface Source<Message> {
  /** Calls `listener` with each message from now on. */
  onMessage(listener: (message: Message) => void): void;
  /** Waits for what runs after answers, for at most `ms` milliseconds. @returns how much is left */
  settled(ms: number): Promise<number>;
}

/** What an application under test has sent, whatever its mailer or sender does with it. @publicApi */
export class TestMessages<Message extends { readonly to: string; readonly kind: string }> {
  readonly #messages: Message[] = [];

  /** Made by `accountsTesting()`. */
  constructor(private readonly source: Source<Message>) {
    source.onMessage((message) => this.#messages.push(message));
  }

  /**
   * The last one to an address or a number, once the work after the answers so far is done; null: there is none. It has the code, and a mail
   * has its link and its token in `data`.
   *
   * @param kind such as `reset`. Default: of any kind.
   */
  async last(to: string, kind?: Message['kind']): Promise<Message | null> {
    return (await this.all(to, kind)).at(-1) ?? null;
  }

  /** All to an address or a number, the oldest first. @throws Error if the work after answers is not done in 30 s */
  async all(to: string, kind?: Message['kind']): Promise<readonly Message[]> {
    const left = await this.source.settled(patience);
    if (left > 0) {
      throw new Error(`${String(left)} tasks after answers are not done yet: a database or a hash is slow.`);
    }
    const wanted = to.toLowerCase();
    return this.#messages.filter((one) => one.to.toLowerCase() === wanted && (kind === undefined || one.kind === kind));
  }

  /** Forgets all so far. */
  clear(): void {
    this.#messages.length = 0;
  }
}

/** The mails of an application under test. @publicApi */
export type TestMails = TestMessages<Mail>;

/** The messages to telephones of an application under test. @publicApi */
export type TestSms = TestMessages<Sms>;
