import { Controller, Get, Module } from '@nestjs/common';
import { CurrentUser, Roles, Session, type SessionUser } from 'nestjs-session-auth';
import { sharedSessions, UsersModule } from './sessions.js';

/** The back office has no login of its own: whoever has logged in at the shop, and is staff, is let in. */
@Controller('office')
@Roles('staff')
export class OfficeController {
  @Get()
  office(@CurrentUser() user: SessionUser, @Session({ readonly: true }) session: Session): object {
    return { hello: user.name, cart: session.cart ?? [] };
  }
}

@Module({ imports: [sharedSessions(), UsersModule], controllers: [OfficeController] })
export class OfficeModule {}
