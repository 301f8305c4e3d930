import { html, type Html, type HtmlPart } from '../pages/html.js';
import { csrf, form, pageOf, paragraph, toAccount } from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';
import type { OAuthIntent } from './oauth-flows.js';
import type { OAuthLink } from './oauth-identities.js';

/** Buttons that lead to providers; to confirm who is logged in, only to those that are linked. */
export function providerButtons(context: PageContext, intent: OAuthIntent): HtmlPart {
  const { providers, links } = context.oauth;
  const offered =
    intent === 'verify' ? providers.filter(({ name }) => links.some((one) => one.provider === name)) : providers;
  const hidden = html`<input type="hidden" name="intent" value="${intent}" />`;
  return offered.map(({ name, label }) =>
    form(context, `/oauth/${name}`, `oauth.${intent}`, [hidden], intent === 'link' ? [] : ['next', 'action'], {
      provider: label,
    }),
  );
}

export const oauthPage: PageTemplate = (context) => {
  const { links } = context.oauth;
  const list =
    links.length === 0
      ? paragraph(context, 'oauth.none')
      : html`<ul class="devices">
          ${links.map((one) => entry(context, one))}
        </ul>`;
  const body = html`${paragraph(context, 'oauth.text')}${list}${providerButtons(context, 'link')}`;
  return pageOf(context, 'oauth.title', body, [toAccount(context)]);
};

function entry(context: PageContext, { id, provider, name, createdAt, lastUsedAt }: OAuthLink): Html {
  const { texts, url, oauth } = context;
  const label = oauth.providers.find((one) => one.name === provider)?.label ?? provider;
  const time = (at: Date): string => texts.time(at.getTime());
  const facts = [
    texts.text('factors.since', { time: time(createdAt) }),
    ...(lastUsedAt === null ? [] : [texts.text('oauth.used', { time: time(lastUsedAt) })]),
  ];
  const title = name === null ? label : `${label}: ${name}`;
  return html`<li>
    <p><strong>${title}</strong><br /><span class="hint">${facts.join(' · ')}</span></p>
    <form method="post" action="${url(`/oauth/${encodeURIComponent(id)}/delete`)}">
      ${csrf(context)}<button class="quiet" aria-label="${texts.text('oauth.unlink')}: ${title}">
        ${texts.text('oauth.unlink')}
      </button>
    </form>
  </li> `;
}
