import { Controller, Get, UseGuards } from '@nestjs/common';
import { CurrentUser, SessionAuthGuard, type SessionUser } from 'nestjs-session-auth';
import { Scopes } from 'nestjs-session-auth/accounts';

/**
 * Who is logged in, or whose API key it is that a program sends. The login itself is `POST /auth/login`, which answers JSON as well.
 */
@Controller('api')
export class AccountApiController {
  @Get('me')
  @Scopes('profile')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() { id, email, name, roles }: SessionUser): Pick<SessionUser, 'id' | 'email' | 'name' | 'roles'> {
    return { id, email, name, roles };
  }
}
