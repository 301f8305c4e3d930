import { Controller, Delete, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { AccountDeletionService } from './account-deletion.service.js';

const deleteForm: PageOf = { page: 'deletion' };
const undoForm: PageOf = { page: 'deletionUndo' };

/** Deletes the account that is logged in, and undoes that. */
@Controller()
@AccountRoutes('deletion')
export class DeletionController {
  constructor(
    private readonly deletion: AccountDeletionService,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('account/delete')
  @LoggedIn()
  page(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, deleteForm);
  }

  @Delete('account')
  @LoggedIn()
  delete(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, deleteForm, () => this.deletion.request(exchange));
  }

  @Post('account/delete')
  @LoggedIn()
  deleteByForm(@Exchanged() exchange: Exchange): Promise<void> {
    return this.delete(exchange);
  }

  /** The page that the link leads to. It uses nothing up: programs that look at mails follow links. */
  @Get('account/undo')
  undoPage(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, undoForm);
  }

  @Post('account/undo')
  undo(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, undoForm, () => this.deletion.undo(exchange));
  }
}
