import { Controller, Get, UseGuards } from '@nestjs/common';
import { CurrentUser, SessionAuthGuard, type SessionUser } from 'nestjs-session-auth';

/** Who is logged in. The login itself is `POST /auth/login`, which answers JSON as well. */
@Controller('api')
export class AccountApiController {
  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() { id, email, name, roles }: SessionUser): Pick<SessionUser, 'id' | 'email' | 'name' | 'roles'> {
    return { id, email, name, roles };
  }
}
