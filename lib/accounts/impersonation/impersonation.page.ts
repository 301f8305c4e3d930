import type { Texts } from '../messages/messages.js';
import { html, type Html } from '../pages/html.js';
import type { Account } from '../repository/account.js';
import type { Impersonation } from './impersonation.js';

/**
 * What tells an administrator on every page whose place they are in, and a button that ends it.
 *
 * @param action where its form goes. @param csrf the hidden field that forms need; null: none
 */
export function impersonationBanner(
  { impersonator, account, until }: Impersonation & { readonly account: Account },
  texts: Texts,
  action: string,
  csrf: { readonly field: string; readonly token: string } | null,
): Html {
  const said = { account: account.email, impersonator: impersonator.email, time: texts.time(until.getTime()) };
  return html`<aside class="impersonation">
    <p>${texts.text('impersonation.banner', said)}</p>
    <form method="post" action="${action}">
      ${csrf !== null && html`<input type="hidden" name="${csrf.field}" value="${csrf.token}" />`}
      <button>${texts.text('impersonation.end')}</button>
    </form>
  </aside>`;
}
