import 'reflect-metadata';
import { Controller, Get, Module, Post, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AddressInfo } from 'node:net';
import {
  AuthService,
  CurrentUser,
  Session,
  SessionAuthGuard,
  SessionModule,
  type SessionUser,
} from 'nestjs-session-auth';

declare module 'nestjs-session-auth' {
  interface SessionData {
    visits?: number;
  }
  interface SessionUser {
    id: string;
    name: string;
  }
}

const ada: SessionUser = { id: 'ada', name: 'Ada' };

@Controller()
class ShopController {
  constructor(private readonly auth: AuthService) {}

  @Get('visits')
  visits(@Session() session: Session): { visits: number } {
    session.visits = (session.visits ?? 0) + 1;
    return { visits: session.visits };
  }

  @Post('login')
  async login(@Session() session: Session): Promise<{ welcome: string }> {
    await this.auth.login(session, ada);
    return { welcome: ada.name };
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser): SessionUser {
    return user;
  }
}

@Module({
  imports: [SessionModule.forRoot({ userLoader: (id) => (id === ada.id ? ada : null) })],
  controllers: [ShopController],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], abortOnError: false });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  console.log(`listening on ${port}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
