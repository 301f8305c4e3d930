import { html, type Html } from '../pages/html.js';
import { csrf, pageOf, paragraph, toAccount } from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';
import type { ListedSession } from './listed-session.js';

export const sessionsPage: PageTemplate = (context) => {
  const { texts, url, sessions } = context;
  const others = html`<form method="post" action="${url('/sessions/delete')}">
    ${csrf(context)}<button class="quiet">${texts.text('sessions.endOthers')}</button>
  </form>`;
  const body = html`${paragraph(context, 'sessions.text')}
    <ul class="devices">
      ${sessions.map((session) => itemOf(context, session))}
    </ul>
    ${(sessions.length === 0 || sessions.some(({ current }) => !current)) && others}`;
  return pageOf(context, 'sessions.title', body, [toAccount(context)]);
};

function itemOf(context: PageContext, session: ListedSession): Html {
  const { texts, url } = context;
  const { publicId, kind } = session;
  const name = nameOf(context, session);
  const [end, endOf] =
    kind === 'trusted-device'
      ? (['sessions.endTrust', 'sessions.endTrustOf'] as const)
      : (['sessions.end', 'sessions.endOne'] as const);
  const action = url(`/sessions/${encodeURIComponent(publicId)}/delete`);
  return html`<li>
    <p>${deviceText(context, session)}</p>
    <form method="post" action="${action}">
      ${csrf(context)}<button class="quiet" aria-label="${texts.text(endOf, { device: name })}">
        ${texts.text(end)}
      </button>
    </form>
  </li>`;
}

/** What is known of a device, without what can be done with it. */
export function deviceText(context: PageContext, session: ListedSession): Html {
  const { texts } = context;
  const { kind, address, lastUsedAt, createdAt, impersonated, current } = session;
  const used = texts.text('sessions.lastUsed', { time: texts.time((lastUsedAt ?? createdAt).getTime()) });
  return html`<strong>${nameOf(context, session)}</strong>${current && html` (${texts.text('sessions.current')})`}<br />
    ${impersonated && html`${texts.text('sessions.impersonated')}<br />`}
    ${kind === 'trusted-device' && html`${texts.text('sessions.trusted')}<br />`}
    ${kind === 'tokens' && html`${texts.text('sessions.tokens')}<br />`}
    ${address !== null && html`${texts.text('sessions.address', { address })}<br />`} ${used}`;
}

function nameOf({ texts }: PageContext, { device: { browser, system } }: ListedSession): string {
  if (browser !== null && system !== null) return texts.text('sessions.device', { browser, system });
  return browser ?? system ?? texts.text('sessions.unknownDevice');
}
