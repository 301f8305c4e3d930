import { Controller, Get, Header, NotFoundException } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { CurrentUser, Session, type SessionUser } from 'nestjs-session-auth';
import { isProduction } from '../settings.js';
import { PagesService } from '../views/pages.service.js';
import { MailBox } from './mail-box.js';
import { mailsView } from './mails.view.js';

/** The mails that the shop has sent, for whoever tries it. In production there is no such page. */
@Controller('mails')
export class MailsController {
  constructor(
    private readonly box: MailBox,
    private readonly config: ConfigService,
    private readonly pages: PagesService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  show(@Session() session: Session, @CurrentUser() user: SessionUser | null): string {
    if (isProduction(this.config)) throw new NotFoundException();
    const main = mailsView(this.box.sent, new Date());
    return this.pages.render({ title: 'Emails', current: null, main: () => main }, session, user);
  }
}
