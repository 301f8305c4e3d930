import {
  Body,
  Controller,
  createParamDecorator,
  Get,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Post,
  UnauthorizedException,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthService,
  CsrfGuard,
  CurrentUser,
  LoginAttempts,
  Public,
  Session,
  SessionAuthGuard,
  SessionModule,
  UserLoader,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';

declare module 'nestjs-session-auth' {
  interface SessionUser {
    /** `tenant/number`: the session names the tenant together with the user. */
    id: string;
    name: string;
  }
}

/** The tenants by their hosts. Hosts that are not listed are answered with 404. */
const tenants: ReadonlyMap<string, string> = new Map([
  ['north.localhost', 'north'],
  ['south.localhost', 'south'],
]);

/** The tenant of a request. @throws NotFoundException for an unknown host */
export function tenantOf(context: ExecutionContext): string {
  // Behind a proxy, let the server trust it: `hostname` then is the host that the browser asked for.
  const { hostname } = context.switchToHttp().getRequest<{ readonly hostname: string }>();
  const tenant = tenants.get(hostname);
  if (tenant === undefined) throw new NotFoundException();
  return tenant;
}

const Tenant = createParamDecorator((_data: undefined, context) => tenantOf(context));

interface Account {
  readonly tenant: string;
  readonly email: string;
  readonly password: string;
  readonly user: SessionUser;
}

/** In place of a database. Both tenants have an Ada, who are two people. */
const accounts: readonly Account[] = ['north', 'south'].map((tenant) => ({
  tenant,
  email: 'ada@example.com',
  password: `${tenant} horse`,
  user: { id: `${tenant}/1`, name: `Ada of ${tenant}` },
}));

@Injectable()
export class UsersService {
  /**
   * Browsers send a cookie to its own host only, but a program may send it to another. Its login is not that of a user here, and
   * ends.
   */
  @UserLoader()
  load(id: UserId, context: ExecutionContext): SessionUser | null {
    const tenant = tenantOf(context);
    return accounts.find((account) => account.tenant === tenant && account.user.id === id)?.user ?? null;
  }

  verify(tenant: string, email: string, password: string): SessionUser | null {
    const account = accounts.find((one) => one.tenant === tenant && one.email === email);
    return account?.password === password ? account.user : null;
  }
}

interface Credentials {
  readonly email?: unknown;
  readonly password?: unknown;
}

@Controller()
export class TenantController {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UsersService,
  ) {}

  @Public()
  @Post('login')
  @HttpCode(204)
  async login(
    @Tenant() tenant: string,
    @Body() { email, password }: Credentials,
    @Session() session: Session,
    @LoginAttempts() attempts: LoginAttempts,
  ): Promise<void> {
    if (typeof email !== 'string' || typeof password !== 'string') throw new UnauthorizedException();
    // Failed logins are counted for each tenant apart: the same address is another account there.
    const user = await attempts.attempt(`${tenant}/${email}`, () => this.users.verify(tenant, email, password));
    if (user === null) throw new UnauthorizedException('Wrong email address or password.');
    await this.auth.login(session, user);
  }

  @Get('me')
  me(@CurrentUser() user: SessionUser): SessionUser {
    return user;
  }

  @Post('logout-everywhere')
  async logoutEverywhere(@CurrentUser('id') id: string): Promise<object> {
    return { ended: await this.auth.logoutEverywhere(id) };
  }
}

@Module({
  // No `cookie.domain`: each host has a cookie of its own. In production its name is `__Host-session`.
  imports: [SessionModule.forRoot({ redirects: { refusal: 'json' } })],
  controllers: [TenantController],
  providers: [
    UsersService,
    { provide: APP_GUARD, useExisting: CsrfGuard },
    { provide: APP_GUARD, useExisting: SessionAuthGuard },
  ],
})
export class AppModule {}
