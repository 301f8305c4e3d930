import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import type { AdministrationShown } from '../admin/administered-account.js';
import { asAnswers, rolesIn } from '../admin/admin.routes.js';
import { Administrators } from '../admin/administrators.js';
import { CurrentAdministrator } from '../admin/current-administrator.js';
import { AccountTakenError, AccountValueError } from '../errors.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { MessageCatalog } from '../messages/messages.js';
import type { Invitation, InvitedBy } from './invitation.js';
import { InvitationsService } from './invitations.service.js';

const longestLocale = 64;

/** Invitations by those who administer accounts. */
@Injectable()
export class AdminInvitations {
  constructor(
    private readonly config: AccountsConfig,
    private readonly invitations: InvitationsService,
    private readonly administrators: Administrators,
    private readonly current: CurrentAdministrator,
    private readonly messages: MessageCatalog,
    private readonly paths: AccountPaths,
  ) {}

  async list(exchange: Exchange): Promise<readonly Invitation[]> {
    this.config.assertHas('admin');
    await this.current.of(exchange);
    return this.invitations.list();
  }

  /** What their page shows. */
  async shown(exchange: Exchange): Promise<AdministrationShown> {
    const administrator = await this.current.of(exchange);
    const roles = await this.administrators.rolesFor(administrator, { roles: [] });
    return { accounts: [], next: null, account: null, roles, invitations: await this.invitations.list() };
  }

  async invite(exchange: Exchange): Promise<Answer> {
    const by = await this.#by(exchange);
    const input = new Input(exchange.body);
    const { email } = input.email('email');
    const roles = input.has('roles') ? rolesIn(input, 'roles') : [];
    const locale = input.optionalText('locale', longestLocale);
    if (locale !== null && !this.messages.has(locale)) input.refuse('locale', 'CHOICE_UNKNOWN');
    const fields = fieldsIn(input);
    input.check();
    const invitation = await asAnswers(() =>
      named(() => this.invitations.invite(email, { roles, fields, locale }, by)),
    );
    return { status: 201, body: invitation, goTo: this.#page };
  }

  async resend(exchange: Exchange, id: string): Promise<Answer> {
    const by = await this.#by(exchange);
    const invitation = await asAnswers(() => this.invitations.resend(id, by));
    if (invitation === null) throw new AccountsException(404, 'INVITATION_UNKNOWN');
    return { status: 200, body: invitation, goTo: this.#page };
  }

  async withdraw(exchange: Exchange, id: string): Promise<Answer> {
    const by = await this.#by(exchange);
    if (!(await this.invitations.withdraw(id, by))) throw new AccountsException(404, 'INVITATION_UNKNOWN');
    return { status: 204, goTo: this.#page };
  }

  async #by(exchange: Exchange): Promise<InvitedBy> {
    this.config.assertHas('admin');
    const { id } = await this.current.fresh(exchange);
    return { by: id, address: exchange.client.address };
  }

  get #page(): string {
    return this.paths.page('/admin/invitations');
  }
}

/** The application's own fields, as an object of JSON. */
function fieldsIn(input: Input): Readonly<Record<string, unknown>> {
  if (!input.has('fields')) return {};
  const raw = input.raw('fields');
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return { ...raw };
  input.refuse('fields', 'FIELD_INVALID');
  return {};
}

/** What is wrong with a value is told with its field. */
async function named<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccountTakenError) throw new AccountsException(409, 'EMAIL_TAKEN', { email: ['EMAIL_TAKEN'] });
    if (error instanceof AccountValueError && error.path.startsWith('fields.')) {
      throw invalid({ [error.path]: ['FIELD_INVALID'] });
    }
    throw error;
  }
}
