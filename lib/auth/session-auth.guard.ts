import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AuthConfig } from './auth-config.js';
import { AuthService } from './auth.service.js';
import { isBrowser, isLoginPage, loginRedirect, type RedirectedRequest } from './redirect/login-redirect.js';

/**
 * Lets only users in who are logged in, and sets `request.user`. An API client gets a 401 in JSON; a browser is sent to
 * `loginUrl`, where one is set, with `next` saying where it wanted to go.
 *
 * The steps are methods, for an application to override.
 *
 * @publicApi
 */
@Injectable()
export class SessionAuthGuard implements CanActivate {
  constructor(
    protected readonly auth: AuthService,
    protected readonly config: AuthConfig,
    protected readonly adapterHost: HttpAdapterHost,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const user = await this.auth.user(context);
    if (user === null) return this.refuse(context);
    context.switchToHttp().getRequest<{ user?: unknown }>().user = user;
    return true;
  }

  /** Answers a request without a user. @throws UnauthorizedException, LoginRedirectException */
  protected refuse(context: ExecutionContext): never {
    const { loginUrl } = this.config.options;
    const http = context.switchToHttp();
    const request = http.getRequest<RedirectedRequest>();
    if (loginUrl === null || !isBrowser(request) || isLoginPage(loginUrl, request)) throw new UnauthorizedException();
    const redirect = loginRedirect(loginUrl, request);
    this.adapterHost.httpAdapter.setHeader(http.getResponse<unknown>(), 'Location', redirect.location);
    throw redirect;
  }
}
