import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { AccountFactors } from '../factors/account-factors.js';
import { Restoring } from '../not-me/restoring.js';
import { EmailChangeService } from './email-change.service.js';

const form: PageOf = { page: 'email', shown: ['email', 'oldAddressLost'] };
const confirmForm: PageOf = { page: 'emailConfirm' };

/** Changes the address of who is logged in, and undoes that. */
@Controller()
@AccountRoutes('emailChange')
export class EmailChangeController {
  readonly #undoForm: PageOf = {
    page: 'emailUndo',
    details: (exchange, texts) => this.restoring.details('undo', exchange, texts),
  };

  constructor(
    private readonly change: EmailChangeService,
    private readonly restoring: Restoring,
    private readonly factors: AccountFactors,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
  ) {}

  @Get('account/email')
  @LoggedIn()
  async page(@Exchanged() exchange: Exchange): Promise<void> {
    if (await this.factors.isFresh(exchange)) await this.answers.page(exchange, form);
    else this.answers.leadTo(exchange, this.paths.verification('/account/email'));
  }

  @Post('email')
  @LoggedIn()
  ask(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, () => this.change.ask(exchange));
  }

  /** The page that the link leads to. It uses nothing up: programs that look at mails follow links. */
  @Get('email/confirm')
  confirmPage(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, confirmForm);
  }

  @Post('email/confirm')
  confirm(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, confirmForm, () => this.change.confirm(exchange));
  }

  /** As for {@link confirmPage}. */
  @Get('email/undo')
  undoPage(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, this.#undoForm);
  }

  @Post('email/undo')
  undo(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#undoForm, () => this.restoring.use('undo', exchange));
  }
}
