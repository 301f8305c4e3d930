import { formatDistance } from '../views/format.js';
import { html, type Html } from '../views/html.js';
import type { SentMail } from './mail-box.js';

function mailView({ mail, at }: SentMail, now: Date): Html {
  const { to, subject, text, kind, data } = mail;
  return html`
    <li class="card mail" data-kind="${kind}" data-to="${to}">
      <h2>${subject}</h2>
      <p class="quiet break">To ${to}, ${formatDistance(at, now)}</p>
      <p class="mail__text">${text}</p>
      ${data.link !== undefined && html`<p><a class="button" href="${placeOf(data.link)}">Open the link</a></p>`}
    </li>
  `;
}

/** Where the link leads, at the address that the browser uses for the shop: it has its session there. */
function placeOf(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}

export function mailsView(sent: readonly SentMail[], now: Date): Html {
  return html`
    <h1>Emails</h1>
    <p class="lead">
      The emails of the shop since it started. In development, they are kept here instead of being sent.
    </p>
    ${
      sent.length === 0
        ? html`<p class="quiet">None yet. <a href="/auth/register">Create an account</a></p>`
        : html`<ul class="mails">
            ${sent.map((each) => mailView(each, now))}
          </ul>`
    }
  `;
}
