/** Must and must not compile: who is logged in, as `augmentation.ts` declares it. */
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Session,
  SessionAuthGuard,
  SessionModule,
  type SessionUser,
} from 'nestjs-session-auth';
import './augmentation.js';

const ada: SessionUser = { id: 'ada', email: 'ada@example.com' };

@Controller()
export class ShopController {
  constructor(private readonly auth: AuthService) {}

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser): string {
    // @ts-expect-error nobody declared it
    const name = user.name;
    return user.email;
  }

  @Get('login')
  async login(@Session() session: Session): Promise<void> {
    await this.auth.login(session, ada);
    await this.auth.logout(session);
    // An id by itself is enough, or whatever has one.
    await this.auth.login(session, ada.id);
    await this.auth.login(session, { id: 1 });
    await this.auth.login(session, { id: 'ada', email: 'ada@example.com' });
    // @ts-expect-error there is no id
    await this.auth.login(session, { email: 'ada@example.com' });
    // @ts-expect-error a date is no id
    await this.auth.login(session, { id: new Date() });
  }

  @Get('email')
  field(@CurrentUser('email') email: string): string {
    return email;
  }

  @Get('slips')
  slips(
    // @ts-expect-error no user has such a field
    @CurrentUser('emial') email: string,
    // @ts-expect-error no session has such a value
    @Session('crat') cart: unknown,
  ): void {
    // What is not declared is a slip of the fingers.
  }

  @Get('cart')
  cart(@Session('cart') cart: unknown, @Session({ readonly: true }) session: Session): void {
    // Both forms of the decorator.
  }
}

@Module({
  imports: [SessionModule.forRoot({ userLoader: (id) => (id === ada.id ? ada : null) })],
  controllers: [ShopController],
})
export class AppModule {}

@Module({
  imports: [
    SessionModule.forRoot({
      // @ts-expect-error a user has an email address
      userLoader: () => ({ id: 'ada' }),
    }),
  ],
})
export class WrongUserModule {}
