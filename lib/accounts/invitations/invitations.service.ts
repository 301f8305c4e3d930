import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { Administrators } from '../admin/administrators.js';
import { AccountTakenError, AccountValueError, AdministrationRefusedError } from '../errors.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { JsonValue } from '../repository/json.js';
import { normalEmail } from '../repository/normal-form.js';
import type { Invitation, InvitationToSend, InvitedBy } from './invitation.js';
import { InvitationRows, mostInvitations, type StoredInvitation } from './invitation-rows.js';

/** Sends invitations, and withdraws them. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly rows: InvitationRows,
    private readonly administrators: Administrators,
    private readonly sending: SendingLimits,
    private readonly mails: AccountMails,
    private readonly afterAnswer: AfterAnswer,
    private readonly events: AccountEvents,
    private readonly paths: AccountPaths,
  ) {}

  /**
   * Invites somebody. A former invitation of the address is void.
   *
   * @throws AccountValueError for an address, a field or an administrator that there is not; AccountTakenError if the address has an account
   * @throws AdministrationRefusedError
   */
  async invite(
    address: string,
    { roles = [], fields = {}, locale = null }: InvitationToSend,
    by: InvitedBy,
  ): Promise<Invitation> {
    if (!this.config.has('invitations')) throw new AdministrationRefusedError('INVITATIONS_OFF');
    const email = normalEmail(address);
    if (email === null) throw new AccountValueError('email', 'it is not a valid address.');
    const inviter = await this.repository.find(by.by);
    if (inviter === null) throw new AccountValueError('by', 'there is no account with this id.');
    const checked = this.#checked(fields);
    await this.administrators.assertMayChange(by.by, roles);
    if ((await this.repository.findBy('email', email.key)) !== null) throw new AccountTakenError('email');
    const open = await this.rows.all();
    const former = open.filter(({ emailKey }) => emailKey === email.key);
    if (former.length === 0 && open.length >= mostInvitations) {
      throw new AdministrationRefusedError('TOO_MANY_INVITATIONS');
    }
    await this.#assertMayMail(email.key);
    const added = await this.rows.add(inviter, email, { roles: [...new Set(roles)], locale, fields: checked });
    if (added === null) throw new AccountValueError('by', 'the account has been changed in the meantime; try again.');
    for (const one of former) await this.rows.take(one);
    this.#sent(added.invitation, added.token, by);
    return added.invitation;
  }

  /** Those that are open; the first to expire first. */
  async list(): Promise<readonly Invitation[]> {
    return (await this.rows.all()).map(({ invitation }) => invitation);
  }

  /** Sends it once more, with another link. Null: there is none, or no longer. @throws AdministrationRefusedError `SENT_TOO_OFTEN` */
  async resend(id: string, by: InvitedBy): Promise<Invitation | null> {
    const found = await this.#find(id);
    if (found === null) return null;
    // As who sends it: they may not have what the former administrator had.
    await this.administrators.assertMayChange(by.by, found.invitation.roles);
    await this.#assertMayMail(found.emailKey);
    const renewed = await this.rows.renew(found);
    if (renewed === null) return null;
    this.#sent(renewed.invitation, renewed.token, by);
    return renewed.invitation;
  }

  /** @returns whether it was this call that did it */
  async withdraw(id: string, { by, address = '' }: InvitedBy): Promise<boolean> {
    for (;;) {
      const found = await this.#find(id);
      if (found === null) return false;
      // It may have been sent again in between.
      if (!(await this.rows.take(found))) continue;
      this.events.tell('invitationWithdrawn', { by, address, invitationId: id });
      return true;
    }
  }

  async #find(id: string): Promise<StoredInvitation | null> {
    return (await this.rows.all()).find(({ invitation }) => invitation.id === id) ?? null;
  }

  /** Only what is declared. @throws AccountValueError */
  #checked(fields: Readonly<Record<string, unknown>>): Record<string, JsonValue> {
    const declared = this.config.options.registration.fields;
    return Object.fromEntries(
      Object.entries(fields).map(([name, given]) => {
        const value = Object.hasOwn(declared, name) ? declared[name]?.(given) : undefined;
        if (value === undefined) {
          throw new AccountValueError(`fields.${name}`, 'it is not declared, or was rejected by its function.');
        }
        return [name, value];
      }),
    );
  }

  async #assertMayMail(emailKey: string): Promise<void> {
    if (!(await this.sending.admits('invitation', emailKey))) throw new AdministrationRefusedError('SENT_TOO_OFTEN');
  }

  #sent({ id, email, locale }: Invitation, token: string, { by, address = '' }: InvitedBy): void {
    const { invitations, links } = this.config.options;
    const link = this.paths.link('/invitation', token, links.invitation);
    this.events.tell('invited', { by, address, invitationId: id });
    this.afterAnswer.run(() =>
      this.mails.send('invitation', { email, locale }, undefined, { link, token, validFor: invitations.validFor }),
    );
  }
}
