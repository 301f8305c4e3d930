import { CsrfRefusedException } from 'nestjs-session-auth';
import { html, type Html } from './html.js';
import type { ErrorPage } from './pages.service.js';

interface ErrorText {
  readonly title: string;
  readonly text: string | Html;
}

const texts: Readonly<Record<number, ErrorText>> = {
  400: {
    title: 'That did not look right',
    text: 'The shop could not make sense of what was sent. Go back and try again.',
  },
  403: {
    title: 'Not yours to see',
    text: html`You are logged in, but not as somebody who may see this. <a href="/login">Log in as somebody else</a>`,
  },
  404: { title: 'There is nothing here', text: 'The page has moved, or it never was.' },
  409: { title: 'Your session has ended', text: 'It ended while this request was under way. Nothing was changed.' },
  413: { title: 'That was too much', text: 'What was sent is larger than anything this shop has a use for.' },
  503: {
    title: 'Back in a moment',
    text: 'The place where sessions are kept does not answer just now. Your cart is not lost: try again shortly.',
  },
};

const foreignForm: ErrorText = {
  title: 'Not from here',
  text: 'This request came from another site, so it was not carried out.',
};

const oldForm: ErrorText = {
  title: 'That page was too old',
  text: 'It was opened before you logged in or out. Nothing was changed: load it again, and send it from there.',
};

const otherwise: ErrorText = {
  title: 'Something went wrong',
  text: 'It is not your fault, and it has been written down.',
};

function textOf(status: number, exception: unknown): ErrorText {
  if (!(exception instanceof CsrfRefusedException)) return texts[status] ?? otherwise;
  const isToken = exception.code === 'CSRF_TOKEN_MISSING' || exception.code === 'CSRF_TOKEN_INVALID';
  return isToken ? oldForm : foreignForm;
}

/** The page for an error. */
export function errorPage(status: number, exception: unknown): ErrorPage {
  const { title, text } = textOf(status, exception);
  const main = html`
    <div class="card empty">
      <p class="empty__status" aria-hidden="true">${status}</p>
      <h1>${title}</h1>
      <p class="quiet">${text}</p>
      <p><a class="button" href="/">To the shop window</a></p>
    </div>
  `;
  return { status, title, main };
}
