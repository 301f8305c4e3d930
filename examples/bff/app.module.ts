import { BadGatewayException, Body, Controller, Get, Header, Injectable, Module, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CsrfGuard, Public, Session, SessionAuthGuard, SessionModule } from 'nestjs-session-auth';
import { AccessTokens, AccountsModule } from 'nestjs-session-auth/accounts';
import { page, script } from './page.js';

/** The provider, which also has the API that is called; `node provider.mjs` starts one on this machine. */
const provider = process.env['OIDC_ISSUER'] ?? 'http://localhost:4000';

/** Calls the API in the name of who is logged in. The access token is renewed if it has to be, and never leaves the server. */
@Injectable()
export class NotesClient {
  constructor(private readonly tokens: AccessTokens) {}

  async list(session: Session): Promise<unknown> {
    return this.#call(session, { scope: 'notes' });
  }

  async add(session: Session, text: string): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return this.#call(session, { scope: 'notes', method: 'POST', headers, body: JSON.stringify({ text }) });
  }

  async #call(session: Session, request: Parameters<AccessTokens['fetch']>[3]): Promise<unknown> {
    const response = await this.tokens.fetch(session, 'idp', `${provider}/notes`, request);
    // What the API says of itself is nothing for the page.
    if (!response.ok) throw new BadGatewayException(`The notes answered ${String(response.status)}.`);
    return response.json();
  }
}

@Controller('api/notes')
export class NotesController {
  constructor(private readonly notes: NotesClient) {}

  @Get()
  list(@Session() session: Session): Promise<unknown> {
    return this.notes.list(session);
  }

  @Post()
  add(@Session() session: Session, @Body() body: { readonly text?: unknown }): Promise<unknown> {
    return this.notes.add(session, String(body.text));
  }
}

@Public()
@Controller()
export class PageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; script-src 'self'; connect-src 'self'")
  page(): string {
    return page;
  }

  @Get('page.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return script;
  }
}

@Module({
  imports: [
    SessionModule.forRoot(),
    AccountsModule.forRoot({
      afterLogin: '/',
      oauth: {
        providers: {
          idp: {
            issuer: provider,
            clientId: 'notes-page',
            clientSecret: process.env['OIDC_CLIENT_SECRET'] ?? 'not-a-secret',
            scope: 'openid email offline_access notes',
            parameters: { prompt: 'consent' },
            keepTokens: true,
          },
        },
        signUp: ({ email }) => (email === null ? null : { email }),
      },
    }),
  ],
  controllers: [PageController, NotesController],
  providers: [
    NotesClient,
    { provide: APP_GUARD, useExisting: CsrfGuard },
    { provide: APP_GUARD, useExisting: SessionAuthGuard },
  ],
})
export class AppModule {}
