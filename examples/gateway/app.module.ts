import {
  Controller,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  UseGuards,
} from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
} from '@nestjs/websockets';
import {
  AuthService,
  CurrentUser,
  Fresh,
  Session,
  SessionAuthGuard,
  SessionModule,
  UserLoader,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import type { Server, WebSocket } from 'ws';

declare module 'nestjs-session-auth' {
  interface SessionData {
    sent?: number;
  }
  interface SessionUser {
    id: number;
    name: string;
  }
}

@Injectable()
export class UsersService {
  @UserLoader()
  load(id: UserId): SessionUser | null {
    return (
      [
        { id: 1, name: 'Ada' },
        { id: 2, name: 'Ben' },
      ].find((user) => user.id === id) ?? null
    );
  }
}

/** Logins, logouts and confirmations are HTTP requests: they need a new cookie. */
@Controller()
export class LoginController {
  constructor(private readonly auth: AuthService) {}

  /** In place of a login page. */
  @Post('login/:id')
  @HttpCode(204)
  async login(@Param('id', ParseIntPipe) id: number, @Session() session: Session): Promise<void> {
    if (id !== 1 && id !== 2) throw new NotFoundException();
    await this.auth.login(session, id);
  }

  @Post('confirm')
  @HttpCode(204)
  @UseGuards(SessionAuthGuard)
  async confirm(@Session() session: Session): Promise<void> {
    await this.auth.confirm(session);
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }
}

/**
 * A chat. The guard refuses connections without a login; when a login ends, wherever that happens, the package closes its socket with
 * the code 4401.
 */
@WebSocketGateway({ path: '/chat' })
@UseGuards(SessionAuthGuard)
export class ChatGateway {
  @WebSocketServer() private readonly server!: Server;

  /** What the handler changes in the session is saved, and merged with what requests change. */
  @SubscribeMessage('say')
  say(@MessageBody() text: unknown, @CurrentUser() user: SessionUser, @Session() session: Session): object {
    if (typeof text !== 'string' || text.length > 500) throw new WsException('Send a text of up to 500 characters.');
    session.mutate('sent', (sent) => (sent ?? 0) + 1);
    this.#tellAll({ event: 'said', data: { by: user.name, text } });
    return { event: 'counted', data: session.sent };
  }

  /** Asks for a recent login. After a confirmation by HTTP, it is open for the same socket. */
  @Fresh({ within: '5m' })
  @SubscribeMessage('clear')
  clear(@ConnectedSocket() _client: WebSocket): void {
    this.#tellAll({ event: 'cleared' });
  }

  #tellAll(message: object): void {
    for (const client of this.server.clients) client.send(JSON.stringify(message));
  }
}

@Module({ imports: [SessionModule.forRoot()], controllers: [LoginController], providers: [UsersService, ChatGateway] })
export class AppModule {}
