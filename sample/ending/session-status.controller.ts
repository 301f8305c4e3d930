import { Controller, createParamDecorator, Get, type ExecutionContext } from '@nestjs/common';
import { AuthService, SessionService } from 'nestjs-session-auth';

/** What `SessionService` asks for, and a controller is not given otherwise. */
const Context = createParamDecorator((_: unknown, context: ExecutionContext) => context);

/** How long a login still lives. */
export interface LoginStatus {
  readonly isLoggedIn: boolean;
  /** In ms; 0 where there is no session. */
  readonly expiresIn: number;
}

/** What the pages of whoever is logged in ask from time to time. To ask is no use of the session, and keeps it alive not longer. */
@Controller('api/session/status')
export class SessionStatusController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionService,
  ) {}

  @Get()
  async show(@Context() context: ExecutionContext): Promise<LoginStatus> {
    const session = await this.sessions.get(context);
    const expiresIn = session.isNew ? 0 : session.expiresAt.getTime() - Date.now();
    return { isLoggedIn: this.auth.userId(session) !== null, expiresIn };
  }
}
