import { Body, Controller, Get, Header, HttpStatus, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CurrentUser, Fresh, Session, type SessionUser } from 'nestjs-session-auth';
import { AccountRepository, changedAccount, normalEmail } from 'nestjs-session-auth/accounts';
import { grantFor, type ConfirmedAction } from './confirmed-actions.js';
import { textField } from '../views/form.js';
import { PagesService } from '../views/pages.service.js';
import { emailView, type EmailProblem } from './email.view.js';

/** Needs the password again: a stranger at a browser that was left logged in does not get this far. */
@Controller('account/email')
@Fresh({ action: 'change-email' satisfies ConfirmedAction, within: grantFor })
export class EmailController {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly pages: PagesService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  form(@Session() session: Session, @CurrentUser() user: SessionUser): string {
    return this.#page(session, user, '', null);
  }

  @Post()
  async change(
    @Body() body: unknown,
    @Session() session: Session,
    @CurrentUser() user: SessionUser,
    @Res() response: Response,
  ): Promise<void> {
    const email = textField(body, 'email', 254);
    const problem = await this.#change(user, email);
    if (problem !== null) {
      response
        .status(HttpStatus.BAD_REQUEST)
        .type('html')
        .send(this.#page(session, user, email, problem));
      return;
    }
    session.flash('success', 'Your email address was changed. Use the new one to log in.');
    response.redirect(HttpStatus.SEE_OTHER, '/auth/account');
  }

  async #change({ id }: SessionUser, typed: string): Promise<EmailProblem | null> {
    const normal = normalEmail(typed);
    const stored = await this.accounts.find(id);
    if (normal === null || stored === null) return 'malformed';
    const { email, key: emailKey } = normal;
    const result = await this.accounts.update(changedAccount(stored, { email, emailKey }), stored.version);
    return 'updated' in result ? null : 'taken';
  }

  #page(session: Session, user: SessionUser, email: string, problem: EmailProblem | null): string {
    const main = emailView(user, email, problem);
    return this.pages.render({ title: 'Change your email address', current: 'account', main }, session, user);
  }
}
