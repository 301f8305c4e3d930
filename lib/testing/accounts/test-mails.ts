import type { AccountsTestingAccess } from '../../accounts/testing-access.js';
import type { Mail, MailKind } from '../../accounts/mail/mail.js';

/** The longest wait for what runs after an answer, in ms. */
const patience = 30_000;

/** The mails of an application under test, whatever its mailer does with them. @publicApi */
export class TestMails {
  readonly #mails: Mail[] = [];

  /** Made by `accountsTesting()`. */
  constructor(private readonly access: AccountsTestingAccess) {
    access.onMail((mail) => this.#mails.push(mail));
  }

  /**
   * The last mail to an address, once the work after the answers so far is done; null: there is none. Its `data` has the link, the token and
   * the code, if it has any.
   *
   * @param kind such as `reset`. Default: of any kind.
   */
  async last(to: string, kind?: MailKind): Promise<Mail | null> {
    return (await this.all(to, kind)).at(-1) ?? null;
  }

  /** All mails to an address, the oldest first. @throws Error if the work after answers is not done in 30 s */
  async all(to: string, kind?: MailKind): Promise<readonly Mail[]> {
    const left = await this.access.settled(patience);
    if (left > 0) {
      throw new Error(`${String(left)} tasks after answers are not done yet: a database or a hash is slow.`);
    }
    const wanted = to.toLowerCase();
    return this.#mails.filter((mail) => mail.to.toLowerCase() === wanted && (kind === undefined || mail.kind === kind));
  }

  /** Forgets all mails so far. */
  clear(): void {
    this.#mails.length = 0;
  }
}
