import { Controller, Delete, Post } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { AccountsService } from '../accounts.service.js';
import { Input } from '../http/input.js';
import { WhileImpersonated } from './impersonation.decorators.js';
import { ImpersonationService } from './impersonation.service.js';

const page: PageOf = { page: 'account' };
/** In bytes. */
const longestId = 255;

/** Puts an administrator in the place of a user, and back. */
@Controller()
@AccountRoutes('impersonation')
export class ImpersonationController {
  constructor(
    private readonly impersonation: ImpersonationService,
    private readonly accounts: AccountsService,
    private readonly answers: AccountAnswers,
    private readonly config: AccountsConfig,
  ) {}

  @Post('impersonate')
  @LoggedIn()
  begin(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#pageOf(exchange), async () => {
      const { account, impersonator, until } = await this.impersonation.begin(exchange);
      const [user, by] = [this.answers.payloadOf(account), this.answers.payloadOf(impersonator)];
      const body = { status: 'impersonating', user, impersonator: by, until };
      return { status: 200, body, goTo: this.accounts.placeAfterLogin(new Input(exchange.body).next()) };
    });
  }

  @Delete('impersonate')
  @WhileImpersonated()
  end(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, page, async () => {
      const account = await this.impersonation.end(await exchange.session());
      const user = account && this.answers.payloadOf(account);
      return {
        status: 200,
        body: { status: user === null ? 'out' : 'in', user },
        goTo: this.accounts.placeAfterLogin(new Input(exchange.body).next()),
      };
    });
  }

  @Post('impersonate/end')
  @WhileImpersonated()
  endByForm(@Exchanged() exchange: Exchange): Promise<void> {
    return this.end(exchange);
  }

  /** Whoever has to prove first who they are comes back to where they pressed the button. */
  #pageOf({ body }: Exchange): PageOf {
    const account = new Input(body).optionalText('account', longestId);
    const isThere = account !== null && this.config.has('admin');
    return { ...page, returnTo: isThere ? `/admin/accounts/${encodeURIComponent(account)}` : '/account' };
  }
}
