import { Controller, Get, HttpCode, Module, NotFoundException, Param, ParseIntPipe, Post } from '@nestjs/common';
import { AuthService, CurrentUser, Session, type SessionUser } from 'nestjs-session-auth';
import { sharedSessions, UsersModule } from './sessions.js';

@Controller()
export class ShopController {
  constructor(private readonly auth: AuthService) {}

  /** In place of a login page: see the sample for one. */
  @Post('login/:id')
  @HttpCode(204)
  async login(@Param('id', ParseIntPipe) id: number, @Session() session: Session): Promise<void> {
    if (id !== 1 && id !== 2) throw new NotFoundException();
    await this.auth.login(session, id);
  }

  @Post('cart/:item')
  @HttpCode(204)
  put(@Param('item') item: string, @Session() session: Session): void {
    session.mutate('cart', (cart) => [...(cart ?? []), item]);
  }

  @Get('me')
  me(@CurrentUser() user: SessionUser | null): object {
    return { name: user?.name ?? null };
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }
}

@Module({ imports: [sharedSessions(), UsersModule], controllers: [ShopController] })
export class ShopModule {}
