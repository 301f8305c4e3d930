import { Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { Arrival } from '../login/arrival.js';
import { PasskeyRegistrationService } from './passkey-registration.service.js';
import { PasskeysService } from './passkeys.service.js';
import { passkeysScript } from './passkeys.script.js';

/** The passkeys of who is logged in, and the script of all pages with passkeys. */
@Controller()
@AccountRoutes('passkeys')
export class PasskeysController {
  readonly #form: PageOf = {
    page: 'passkeys',
    shown: ['name'],
    passkeys: async (exchange) => ({
      passkeys: await this.passkeys.list(exchange),
      signal: await this.passkeys.signal(exchange),
    }),
  };

  constructor(
    private readonly registration: PasskeyRegistrationService,
    private readonly passkeys: PasskeysService,
    private readonly arrival: Arrival,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Get('passkeys')
  @LoggedIn()
  async list(@Exchanged() exchange: Exchange): Promise<void> {
    if (exchange.wantsPage) await this.answers.page(exchange, this.#form);
    else this.answers.json(exchange, await this.passkeys.list(exchange));
  }

  /** Without a guard: a login that has to set up a second factor is none yet. */
  @Post('passkeys/options')
  options(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, async () => ({
      status: 200,
      body: await this.registration.options(exchange),
    }));
  }

  /** Without a guard, as the options of it. */
  @Post('passkeys')
  register(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, async () => {
      const result = await this.registration.register(exchange);
      if ('status' in result) return this.arrival.answerTo(result);
      return { status: 201, body: result, goTo: this.paths.page('/passkeys') };
    });
  }

  @Patch('passkeys/:id')
  @LoggedIn()
  rename(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.answers.respond(exchange, this.#form, async () => ({
      status: 200,
      body: await this.passkeys.rename(exchange, String(id)),
      goTo: this.paths.page('/passkeys'),
    }));
  }

  @Post('passkeys/:id/rename')
  @LoggedIn()
  renameByForm(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.rename(exchange, id);
  }

  @Delete('passkeys/:id')
  @LoggedIn()
  delete(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.answers.respond(exchange, this.#form, async () => ({
      status: 200,
      body: { status: 'deleted', ...(await this.passkeys.delete(exchange, String(id))) },
      goTo: this.paths.page('/passkeys'),
    }));
  }

  @Post('passkeys/:id/delete')
  @LoggedIn()
  deleteByForm(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.delete(exchange, id);
  }

  /** A file of its own, since a content security policy may forbid scripts inside of pages. */
  @Get('passkeys.js')
  script(@Exchanged() { response }: Exchange): void {
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, 'Content-Type', 'text/javascript; charset=utf-8');
    httpAdapter.setHeader(response, 'Cache-Control', 'public, max-age=3600');
    httpAdapter.setHeader(response, 'X-Content-Type-Options', 'nosniff');
    httpAdapter.reply(response, passkeysScript, 200);
  }
}
