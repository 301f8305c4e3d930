import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { AdminInvitations } from './admin-invitations.js';

/** The invitations, for those who administer accounts. */
@Controller()
@AccountRoutes('invitations')
export class AdminInvitationsController {
  readonly #page: PageOf = {
    page: 'adminInvitations',
    shown: ['email'],
    administration: (exchange) => this.invitations.shown(exchange),
    returnTo: '/admin/invitations',
  };

  constructor(
    private readonly invitations: AdminInvitations,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('admin/invitations')
  @LoggedIn()
  list(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#page, async () => ({
      status: 200,
      body: await this.invitations.list(exchange),
    }));
  }

  @Post('admin/invitations')
  @LoggedIn()
  invite(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.invitations.invite(exchange));
  }

  @Post('admin/invitations/:id/resend')
  @LoggedIn()
  resend(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.invitations.resend(exchange, String(id)));
  }

  @Delete('admin/invitations/:id')
  @LoggedIn()
  withdraw(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.invitations.withdraw(exchange, String(id)));
  }

  @Post('admin/invitations/:id/delete')
  @LoggedIn()
  withdrawByForm(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.withdraw(exchange, id);
  }
}
