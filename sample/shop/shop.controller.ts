import { Controller, Get, Header } from '@nestjs/common';
import { CurrentUser, Session, type SessionUser } from 'nestjs-session-auth';
import { PagesService } from '../views/pages.service.js';
import { countVisit } from './visits.js';
import { shopView } from './shop.view.js';

@Controller()
export class ShopController {
  constructor(private readonly pages: PagesService) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  show(@Session() session: Session, @CurrentUser() user: SessionUser | null): string {
    const visits = countVisit(session);
    return this.pages.render({ title: 'Shop', current: 'shop', main: (form) => shopView(visits, form) }, session, user);
  }
}
