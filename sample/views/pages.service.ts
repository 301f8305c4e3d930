import { Injectable, Logger, ServiceUnavailableException, type ArgumentsHost } from '@nestjs/common';
import type { Response } from 'express';
import {
  AuthService,
  CsrfService,
  isSessionError,
  SessionService,
  type Session,
  type SessionUser,
} from 'nestjs-session-auth';
import { AccountsService, ImpersonationService } from 'nestjs-session-auth/accounts';
import type { Html } from './html.js';
import { renderPage, type Section } from './layout.js';
import { postForms, type PostForm } from './post-form.js';
import { visitorOf, type Visitor } from './visitor.js';

export interface Page {
  readonly title: string;
  /** The current section of the navigation; `null` for none. */
  readonly current: Section | null;
  readonly main: (form: PostForm) => Html;
  /** Scripts of this page alone, by their names in `/assets/`. */
  readonly scripts?: readonly string[];
}

export interface ErrorPage {
  readonly status: number;
  readonly title: string;
  readonly main: Html;
}

/** Renders whole pages, with what each shows about its visitor. */
@Injectable()
export class PagesService {
  readonly #logger = new Logger(PagesService.name);

  constructor(
    private readonly csrf: CsrfService,
    private readonly sessions: SessionService,
    private readonly auth: AuthService,
    private readonly accounts: AccountsService,
    private readonly impersonation: ImpersonationService,
  ) {}

  /** Takes the flash messages out of the session. Call it once per page, and after a login or logout, which end CSRF tokens. */
  render({ main, ...page }: Page, session: Session, user: SessionUser | null): string {
    const form = this.#formsOf(session);
    return renderPage(
      { ...page, main: main(form) },
      visitorOf(session, user, session.flashes(), form, this.impersonation.of(session)),
    );
  }

  /** Renders a part of a page, for a script that puts it in place. Flash messages are left for the next page. */
  renderPart(part: (form: PostForm) => Html, session: Session): string {
    return part(this.#formsOf(session)).markup;
  }

  /**
   * Answers with an error page in place of the page that failed: for exception filters. It starts no session, and leaves the
   * flash messages for the next page. It never rejects: nobody would catch that in a filter.
   */
  async sendError({ status, title, main }: ErrorPage, exception: unknown, host: ArgumentsHost): Promise<void> {
    const visitor = await this.#visitorAfter(exception, host);
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) return;
    response
      .status(status)
      .type('html')
      .send(renderPage({ title, current: null, main }, visitor));
  }

  /** Who gets the error page; `null` if the session cannot be read. */
  async #visitorAfter(exception: unknown, host: ArgumentsHost): Promise<Visitor | null> {
    // The session itself has failed: its store is down, or it has ended while it was in use.
    if (isSessionError(exception) || (exception instanceof Error && isSessionError(exception.cause))) return null;
    try {
      const session = await this.sessions.get(host);
      // `auth.user()` would also restore a remembered login, which starts a session.
      const id = this.auth.userId(session);
      const user = id === null ? null : await this.accounts.find(String(id));
      return visitorOf(session, user, [], this.#formsOf(session), this.impersonation.of(session));
    } catch (error) {
      // The package has reported a store that is down.
      if (!(error instanceof ServiceUnavailableException)) this.#logger.error(error);
      return null;
    }
  }

  #formsOf(session: Session): PostForm {
    return postForms(() => this.csrf.token(session));
  }
}
