import { Injectable } from '@nestjs/common';
import { CsrfService, type Session, type SessionUser } from 'nestjs-session-auth';
import type { Html } from './html.js';
import { renderPage, type Section } from './layout.js';
import { postForms, type PostForm } from './post-form.js';
import { visitorOf } from './visitor.js';

export interface Page {
  readonly title: string;
  /** The part of the navigation that the reader is in; `null` for none. */
  readonly current: Section | null;
  readonly main: (form: PostForm) => Html;
}

/** Whole pages, with what each shows of its reader. */
@Injectable()
export class PagesService {
  constructor(private readonly csrf: CsrfService) {}

  /** Takes the flash messages, and tokens for the forms: so it is asked once a page, and after a login or logout. */
  render({ title, current, main }: Page, session: Session, user: SessionUser | null): string {
    const form = postForms(() => this.csrf.token(session));
    return renderPage({ title, current, main: main(form) }, visitorOf(session, user, form));
  }
}
