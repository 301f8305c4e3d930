import 'reflect-metadata';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Controller,
  Module,
  Post,
  UseGuards,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthService, CurrentUser, Session, SessionAuthGuard, SessionModule } from 'nestjs-session-auth';
import type { SessionUser } from 'nestjs-session-auth';
import type { AddressInfo } from 'node:net';

declare module 'nestjs-session-auth' {
  interface SessionData {
    visits?: number;
  }
  interface SessionUser {
    id: string;
  }
}

/** `socket.io` with Apollo on Express, `ws` with Mercurius on Fastify. */
const sockets = process.env['SOCKETS'];

@Resolver()
class VisitResolver {
  constructor(private readonly auth: AuthService) {}

  @Query(() => Number)
  visits(@Session() session: Session): number {
    return session.visits ?? 0;
  }

  @Mutation(() => Number)
  visit(@Session() session: Session): number {
    session.visits = (session.visits ?? 0) + 1;
    return session.visits;
  }

  @Query(() => String)
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser): string {
    return user.id;
  }

  @Mutation(() => Boolean)
  async login(@Session() session: Session): Promise<boolean> {
    await this.auth.login(session, { id: 'ada' });
    return true;
  }
}

@Controller()
class LogoutController {
  constructor(private readonly auth: AuthService) {}

  @Post('logout')
  async logout(@Session() session: Session): Promise<{ loggedOut: boolean }> {
    await this.auth.logout(session);
    return { loggedOut: true };
  }
}

@WebSocketGateway(sockets === 'ws' ? { path: '/live' } : { namespace: 'live' })
@UseGuards(SessionAuthGuard)
class LiveGateway {
  @SubscribeMessage('visit')
  visit(@Session() session: Session, @CurrentUser() user: SessionUser): unknown {
    session.mutate('visits', (visits) => (visits ?? 0) + 1);
    return { event: 'visited', data: { user: user.id, visits: session.visits } };
  }
}

const graphql: DynamicModule =
  sockets === 'ws'
    ? GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true, graphiql: false })
    : GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, graphiql: false });

@Module({
  imports: [SessionModule.forRoot({ audit: 'warn' }), graphql],
  controllers: [LogoutController],
  providers: [VisitResolver, LiveGateway],
})
class AppModule {}

function create(module: Type): Promise<INestApplication> {
  const options = { logger: ['error' as const], abortOnError: false };
  return sockets === 'ws'
    ? NestFactory.create(module, new FastifyAdapter(), options)
    : NestFactory.create(module, options);
}

async function main(): Promise<void> {
  const app = await create(AppModule);
  app.useWebSocketAdapter(sockets === 'ws' ? new WsAdapter(app) : new IoAdapter(app));
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  console.log(`listening on ${port}`);
}

void main();
