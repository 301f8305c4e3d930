import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { Administrators } from '../admin/administrators.js';
import { AdministrationRefusedError } from '../errors.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { AccountPasswords } from '../login/account-passwords.js';
import { Arrival } from '../login/arrival.js';
import { AccountMaker } from '../registration/account-maker.js';
import { usernameIn } from '../registration/username-in.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { NormalUsername } from '../repository/normal-form.js';
import { InvitationRows, type StoredInvitation } from './invitation-rows.js';

/** Makes the account of who was invited. */
@Injectable()
export class InvitationAcceptance {
  constructor(
    private readonly config: AccountsConfig,
    private readonly rows: InvitationRows,
    private readonly administrators: Administrators,
    private readonly repository: AccountRepository,
    private readonly passwords: AccountPasswords,
    private readonly maker: AccountMaker,
    private readonly arrival: Arrival,
    private readonly answers: AccountAnswers,
    private readonly events: AccountEvents,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  /** Whether one can do without a password: there is another way to log in the next time. */
  get needsPassword(): boolean {
    const { passkeys } = this.config.options;
    return !(passkeys.enabled && passkeys.firstFactor) && !this.config.has('mailLogin');
  }

  async accept(exchange: Exchange): Promise<Answer> {
    const input = new Input(exchange.body);
    const token = input.token('token');
    const password = this.needsPassword ? input.password('password') : input.optionalPassword('password');
    const username = usernameIn(input, this.config.options.usernames);
    const next = input.next();
    input.check();
    if ((await this.answers.userOf(exchange)) !== null) throw new AccountsException(409, 'ALREADY_IN');
    const found = await this.#find(token);
    // Judged before it is used up.
    await this.#judge(input, found, password, username);
    const hash = password === null ? null : await this.passwords.hash(password);
    if (!(await this.rows.take(found))) throw invalidToken();
    const created = await this.#make(found, hash, username, exchange);
    const { id: invitationId, by } = found.invitation;
    const { address } = exchange.client;
    this.events.tell('invitationAccepted', { userId: created.id, address, by, invitationId });
    const how = { way: 'registration' as const, factors: hash === null ? ['mail'] : ['pwd'], epoch: created.epoch };
    const place = hash === null && this.config.has('passkeys') ? this.paths.page('/passkeys') : next;
    return this.arrival.arrive(exchange, created, how, { next: place, status: 201 });
  }

  /** @throws AccountsException for a link that is not valid, or an administrator who may not give these roles any more */
  async #find(token: string): Promise<StoredInvitation> {
    const found = await this.rows.find(token);
    if (found === null) throw invalidToken();
    try {
      await this.administrators.assertMayChange(found.inviter.id, found.invitation.roles);
    } catch (error) {
      if (error instanceof AdministrationRefusedError) throw invalidToken();
      throw error;
    }
    return found;
  }

  async #judge(
    input: Input,
    { invitation }: StoredInvitation,
    password: string | null,
    username: NormalUsername | null,
  ): Promise<void> {
    const problems =
      password === null ? [] : await this.passwords.judge(password, invitation.email, username?.username);
    for (const code of problems) input.refuse('password', code);
    if (username !== null && (await this.repository.findBy('username', username.key)) !== null) {
      input.refuse('username', 'USERNAME_TAKEN');
    }
    input.check();
  }

  /** @throws AccountsException if somebody else has the address or the username by now */
  async #make(
    found: StoredInvitation,
    password: string | null,
    username: NormalUsername | null,
    { client: { address, userAgent } }: Exchange,
  ): Promise<StoredAccount> {
    const { email, roles, locale, fields } = found.invitation;
    const account = { email: { email, key: found.emailKey }, username, password, locale, fields, address, userAgent };
    let made: Awaited<ReturnType<AccountMaker['make']>>;
    try {
      made = await this.maker.make(account, new Date(this.runtime.now()), { roles });
    } catch (error) {
      await this.rows.giveBack(found);
      throw error;
    }
    if ('created' in made) return made.created;
    if (made.taken !== 'username') throw invalidToken();
    await this.rows.giveBack(found);
    throw invalid({ username: ['USERNAME_TAKEN'] });
  }
}

function invalidToken(): AccountsException {
  return invalid({ token: ['TOKEN_INVALID'] });
}
