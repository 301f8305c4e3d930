import { Controller, createParamDecorator, Get, type ExecutionContext } from '@nestjs/common';
import { AuthService, Passive, SessionService } from 'nestjs-session-auth';

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
@Passive()
export class SessionStatusController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionService,
  ) {}

  @Get()
  async show(@Context() context: ExecutionContext): Promise<LoginStatus> {
    const { expiresIn } = await this.sessions.status(context);
    const session = await this.sessions.get(context);
    return { isLoggedIn: this.auth.userId(session) !== null, expiresIn };
  }
}
