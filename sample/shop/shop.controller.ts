import { Controller, Get, Header } from '@nestjs/common';
import { CurrentUser, Session, type SessionUser } from 'nestjs-session-auth';
import { renderPage } from '../views/layout.js';
import { visitorOf } from '../views/visitor.js';
import { countVisit } from './visits.js';
import { shopView } from './shop.view.js';

@Controller()
export class ShopController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  window(@Session() session: Session, @CurrentUser() user: SessionUser | null): string {
    const visits = countVisit(session);
    return renderPage({ title: 'Shop', current: 'shop', main: shopView(visits) }, visitorOf(session, user));
  }
}
