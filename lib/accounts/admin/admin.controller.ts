import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { AccountAnswers, type Answer, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { AdminRoutes } from './admin.routes.js';

const listPage: PageOf = { page: 'adminAccounts', shown: ['search'] };

/** The accounts, for those who administer them. */
@Controller()
@AccountRoutes('admin')
export class AdminController {
  constructor(
    private readonly accounts: AdminRoutes,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('admin/accounts')
  @LoggedIn()
  list(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, listPage, async () => {
      const found = await this.accounts.list(exchange);
      const administration = () => Promise.resolve({ ...found, account: null, roles: [], invitations: [] });
      return { status: 200, body: found, page: { ...listPage, administration } };
    });
  }

  @Get('admin/accounts/:id')
  @LoggedIn()
  show(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.#respond(exchange, id, async (account) => ({
      status: 200,
      body: await this.accounts.show(exchange, account),
    }));
  }

  @Post('admin/accounts/:id/disable')
  @LoggedIn()
  disable(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.#respond(exchange, id, (account) => this.accounts.disable(exchange, account));
  }

  @Post('admin/accounts/:id/enable')
  @LoggedIn()
  enable(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.#respond(exchange, id, (account) => this.accounts.enable(exchange, account));
  }

  @Post('admin/accounts/:id/end-sessions')
  @LoggedIn()
  endSessions(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.#respond(exchange, id, (account) => this.accounts.endSessions(exchange, account));
  }

  @Post('admin/accounts/:id/force-reset')
  @LoggedIn()
  forceReset(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.#respond(exchange, id, (account) => this.accounts.forceReset(exchange, account));
  }

  @Post('admin/accounts/:id/require-second-factor')
  @LoggedIn()
  requireSecondFactor(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.#respond(exchange, id, (account) => this.accounts.requireSecondFactor(exchange, account));
  }

  @Post('admin/accounts/:id/reset-access')
  @LoggedIn()
  resetAccess(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.#respond(exchange, id, (account) => this.accounts.resetAccess(exchange, account));
  }

  @Post('admin/accounts/:id/roles')
  @LoggedIn()
  setRoles(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.#respond(exchange, id, (account) => this.accounts.setRoles(exchange, account));
  }

  @Delete('admin/accounts/:id/api-keys/:keyId')
  @LoggedIn()
  revokeApiKey(
    @Exchanged() exchange: Exchange,
    @Param('id') id: unknown,
    @Param('keyId') keyId: unknown,
  ): Promise<void> {
    return this.#respond(exchange, id, (account) => this.accounts.revokeApiKey(exchange, account, String(keyId)));
  }

  @Post('admin/accounts/:id/api-keys/:keyId/delete')
  @LoggedIn()
  revokeApiKeyByForm(
    @Exchanged() exchange: Exchange,
    @Param('id') id: unknown,
    @Param('keyId') keyId: unknown,
  ): Promise<void> {
    return this.revokeApiKey(exchange, id, keyId);
  }

  #respond(exchange: Exchange, given: unknown, work: (id: string) => Promise<Answer>): Promise<void> {
    const id = String(given);
    const page: PageOf = {
      page: 'adminAccount',
      administration: () => this.accounts.shown(exchange, id),
      returnTo: `/admin/accounts/${encodeURIComponent(id)}`,
    };
    return this.answers.respond(exchange, page, () => work(id));
  }
}
