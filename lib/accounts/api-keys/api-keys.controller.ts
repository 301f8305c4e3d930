import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { ApiKeysRoutes } from './api-keys.routes.js';

/** The API keys of who is logged in. */
@Controller()
@AccountRoutes('apiKeys')
export class ApiKeysController {
  readonly #page: PageOf = {
    page: 'apiKeys',
    shown: ['name', 'days'],
    apiKeys: async (exchange) => ({
      list: await this.keys.list(exchange),
      scopes: this.config.options.apiKeys.scopes,
      created: null,
    }),
    returnTo: '/api-keys',
  };

  constructor(
    private readonly keys: ApiKeysRoutes,
    private readonly answers: AccountAnswers,
    private readonly config: AccountsConfig,
  ) {}

  @Get('api-keys')
  @LoggedIn()
  async list(@Exchanged() exchange: Exchange): Promise<void> {
    if (exchange.wantsPage) await this.answers.page(exchange, this.#page);
    else this.answers.json(exchange, await this.keys.list(exchange));
  }

  @Post('api-keys')
  @LoggedIn()
  create(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.keys.create(exchange));
  }

  @Delete('api-keys/:id')
  @LoggedIn()
  revoke(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.keys.revoke(exchange, String(id)));
  }

  @Post('api-keys/:id/delete')
  @LoggedIn()
  revokeByForm(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.revoke(exchange, id);
  }
}
