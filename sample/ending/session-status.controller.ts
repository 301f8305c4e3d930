import { Controller, createParamDecorator, Get, type ExecutionContext } from '@nestjs/common';
import { AuthService, Passive, SessionService } from 'nestjs-session-auth';

/** `SessionService` needs the context, which Nest passes to a controller only through a decorator. */
const Context = createParamDecorator((_: unknown, context: ExecutionContext) => context);

/** How long a login still lasts. */
export interface LoginStatus {
  readonly isLoggedIn: boolean;
  /** In ms; 0 without a session. */
  readonly expiresIn: number;
}

/** Pages of logged-in users ask this from time to time. The request does not count as activity, so it does not extend the session. */
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
