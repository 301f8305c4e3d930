import { CsrfRefusedException } from 'nestjs-session-auth';
import { html, type Html } from './html.js';
import type { ErrorPage } from './pages.service.js';

interface ErrorText {
  readonly title: string;
  readonly text: string | Html;
}

const texts: Readonly<Record<number, ErrorText>> = {
  400: {
    title: 'We could not read that',
    text: 'Go back, check what you entered, and try again.',
  },
  403: {
    title: 'You do not have access',
    text: html`Your account cannot open this page. <a href="/auth/login">Log in with another account</a>`,
  },
  404: { title: 'Page not found', text: 'It has moved, or it never existed.' },
  409: { title: 'Your session has ended', text: 'It ended during this request, so nothing was changed.' },
  413: { title: 'Too much data', text: 'You sent more than this shop accepts.' },
  503: {
    title: 'Back in a moment',
    text: 'The session store is not responding. Your cart is safe. Please try again in a moment.',
  },
};

const foreignForm: ErrorText = {
  title: 'Request blocked',
  text: 'It came from another site, so nothing was changed.',
};

const oldForm: ErrorText = {
  title: 'This page has expired',
  text: 'You opened it before you logged in or out. Nothing was changed. Reload the page and try again.',
};

const otherwise: ErrorText = {
  title: 'Something went wrong',
  text: 'It is not your fault. We have logged the error.',
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
      <p><a class="button" href="/">Go to the shop</a></p>
    </div>
  `;
  return { status, title, main };
}
