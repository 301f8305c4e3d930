import { html, type Html } from './html.js';

interface ErrorText {
  readonly title: string;
  readonly text: string;
}

const texts: Readonly<Record<number, ErrorText>> = {
  400: {
    title: 'That did not look right',
    text: 'The shop could not make sense of what was sent. Go back and try again.',
  },
  403: { title: 'Not from here', text: 'This request came from another site, so it was not carried out.' },
  404: { title: 'There is nothing here', text: 'The page has moved, or it never was.' },
  409: { title: 'Your session has ended', text: 'It ended while this request was under way. Nothing was changed.' },
  413: { title: 'That was too much', text: 'What was sent is larger than anything this shop has a use for.' },
  503: {
    title: 'Back in a moment',
    text: 'The place where sessions are kept does not answer just now. Your cart is not lost: try again shortly.',
  },
};

const otherwise: ErrorText = {
  title: 'Something went wrong',
  text: 'It is not your fault, and it has been written down.',
};

export function errorTitle(status: number): string {
  return (texts[status] ?? otherwise).title;
}

export function errorView(status: number): Html {
  const { title, text } = texts[status] ?? otherwise;
  return html`
    <div class="card empty">
      <p class="empty__status" aria-hidden="true">${status}</p>
      <h1>${title}</h1>
      <p class="quiet">${text}</p>
      <p><a class="button" href="/">To the shop window</a></p>
    </div>
  `;
}
