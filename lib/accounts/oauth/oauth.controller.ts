import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { CsrfExempt } from '../../auth/csrf/csrf-exempt.decorator.js';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { BackchannelLogout } from './backchannel-logout.js';
import { OAuthCallback } from './oauth-callback.service.js';
import { OAuthLinks } from './oauth-links.service.js';
import { OAuthProviders } from './oauth-providers.js';
import { OAuthResponses } from './oauth-responses.js';
import { OAuthStart } from './oauth-start.service.js';

/** Sign-in with other providers. */
@Controller()
@AccountRoutes('oauth')
export class OAuthController {
  readonly #login: PageOf = { page: 'login', shown: ['intent'] };
  readonly #page: PageOf = { page: 'oauth', oauth: (exchange) => this.links.list(exchange), returnTo: '/oauth' };

  constructor(
    private readonly start: OAuthStart,
    private readonly callback: OAuthCallback,
    private readonly responses: OAuthResponses,
    private readonly backchannel: BackchannelLogout,
    private readonly links: OAuthLinks,
    private readonly providers: OAuthProviders,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('oauth')
  @LoggedIn()
  async list(@Exchanged() exchange: Exchange): Promise<void> {
    if (exchange.wantsPage) await this.answers.page(exchange, this.#page);
    else {
      const [providers, links] = await Promise.all([this.providers.shown(exchange), this.links.list(exchange)]);
      this.answers.json(exchange, { providers, links });
    }
  }

  @Post('oauth/:provider')
  async begin(@Exchanged() exchange: Exchange, @Param('provider') provider: unknown): Promise<void> {
    const form = await this.#formOf(exchange);
    await this.answers.respond(exchange, form, () => this.start.begin(exchange, String(provider)));
  }

  @Get('oauth/:provider/callback')
  async receive(@Exchanged() exchange: Exchange, @Param('provider') provider: unknown): Promise<void> {
    // Not by what only looks: servers take HEAD for GET.
    if (exchange.context.switchToHttp().getRequest<{ method?: string }>().method === 'HEAD') {
      this.answers.json(exchange, {});
      return;
    }
    const place = this.responses.placeWithCookies(exchange, String(provider));
    if (place !== null) {
      this.answers.leadOn(exchange, place);
      return;
    }
    const form = await this.#formOf(exchange);
    await this.answers.respond(exchange, form, () => this.callback.receive(exchange, String(provider)));
  }

  /** From the provider's own page, without cookies: what it brings is only kept, and asked for by an address. */
  @Post('oauth/:provider/callback')
  @CsrfExempt()
  async receiveForm(@Exchanged() exchange: Exchange, @Param('provider') name: unknown): Promise<void> {
    await this.answers.respond(exchange, this.#login, async () => {
      const provider = await this.providers.find(String(name), exchange);
      const goTo = await this.responses.keep(exchange, provider.name);
      return { status: 200, body: { status: 'redirect', url: goTo }, goTo };
    });
  }

  /** From the provider's server, which signs what it says. */
  @Post('oauth/:provider/backchannel-logout')
  @CsrfExempt()
  async logOut(@Exchanged() exchange: Exchange, @Param('provider') provider: unknown): Promise<void> {
    await this.answers.respond(exchange, this.#login, () => this.backchannel.receive(exchange, String(provider)));
  }

  @Delete('oauth/:id')
  @LoggedIn()
  unlink(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.links.remove(exchange, String(id)));
  }

  @Post('oauth/:id/delete')
  @LoggedIn()
  unlinkByForm(@Exchanged() exchange: Exchange, @Param('id') id: unknown): Promise<void> {
    return this.unlink(exchange, id);
  }

  /** The page that says what has gone wrong: where one logs in, or where one links. */
  async #formOf(exchange: Exchange): Promise<PageOf> {
    return (await this.answers.userOf(exchange)) === null ? this.#login : this.#page;
  }
}
