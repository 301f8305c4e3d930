import { html, type Html, type HtmlPart } from '../pages/html.js';
import { nonceAttribute } from '../pages/nonces.js';
import { csrf, pageOf, paragraph, toAccount } from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';
import type { MessageKey } from '../messages/english.js';
import type { Passkey } from './passkey.js';

/** The form of a page that is sent with a passkey. */
interface PasskeyForm {
  readonly action: string;
  readonly options: string;
  readonly submit: MessageKey;
  /** Fields beside that of the passkey. */
  readonly fields?: HtmlPart;
  readonly isNew?: boolean;
  /** Whether the browser proposes passkeys where a name is entered. */
  readonly isFilledIn?: boolean;
}

export const passkeysPage: PageTemplate = (context) => {
  const { texts, passkeys, values, errors } = context;
  const list = passkeys?.passkeys ?? [];
  const wrong = errors['name'] ?? [];
  const name = html`<div class="field">
    <label for="name">${texts.text('passkeys.name')}</label>
    <input id="name" name="name" autocomplete="off" value="${values['name'] ?? ''}" />
    ${wrong.length > 0 && html`<p class="wrong" id="name-error">${wrong.join(' ')}</p>`}
  </div>`;
  const add = passkeyForm(context, {
    action: '/passkeys',
    options: '/passkeys/options',
    submit: 'passkeys.add',
    fields: name,
    isNew: true,
  });
  const signal = passkeys?.signal;
  const body = html`${paragraph(context, 'passkeys.text')}
    ${
      list.length > 0 &&
      html`<ul class="passkeys">
        ${list.map((one) => itemOf(context, one))}
      </ul>`
    }
    ${add}
    <noscript>${paragraph(context, 'passkeys.script')}</noscript>
    ${signal && html`<div data-passkey-signal="${JSON.stringify(signal)}" hidden></div>`}`;
  return pageOf(context, 'passkeys.title', body, [toAccount(context)]);
};

/** A button that logs in with a passkey, for the login page. */
export function passkeyLogin(context: PageContext): HtmlPart {
  if (context.features['passkeyLogin'] !== true) return null;
  return passkeyForm(context, {
    action: '/passkeys/login',
    options: '/passkeys/login/options',
    submit: 'passkeys.login',
    fields: html`${kept(context, 'next')}<input type="hidden" name="remember" />`,
    isFilledIn: true,
  });
}

/** A button that proves a factor with a passkey, for the pages that ask for one. @param page such as `/verify`. @param further fields */
export function passkeyFactor(
  context: PageContext,
  page: '/verify' | '/second-factor',
  further: HtmlPart = null,
): HtmlPart {
  if (!context.factors.methods.includes('passkey')) return null;
  return passkeyForm(context, {
    action: page,
    options: `${page}/options`,
    submit: 'passkeys.use',
    fields: html`<input
        type="hidden"
        name="method"
        value="passkey"
      />${kept(context, 'next')}${kept(context, 'action')}${further}`,
  });
}

/** A button that adds a passkey, for a login that has to set up a second factor. */
export function passkeySetUp(context: PageContext): HtmlPart {
  if (context.features['passkeys'] !== true) return null;
  const paths = { action: '/passkeys', options: '/passkeys/options' };
  return passkeyForm(context, { ...paths, submit: 'passkeys.add', isNew: true });
}

/** Hidden until the script knows that the browser has passkeys. */
function passkeyForm(context: PageContext, { action, options, submit, fields, isNew, isFilledIn }: PasskeyForm): Html {
  const { texts, url, nonces } = context;
  const kind = isNew === true ? 'create' : 'get';
  const verify = isNew === true && html` data-verify="${verifyUrl(context)}"`;
  return html`<form
      method="post"
      action="${url(action)}"
      data-passkey="${kind}"
      data-options="${url(options)}"
      ${verify}
      ${isFilledIn === true && html` data-autofill`}
      hidden
    >
      ${csrf(context)}${fields}
      <input type="hidden" name="flow" /><input type="hidden" name="credential" />
      <p
        class="wrong"
        role="alert"
        data-passkey-says
        data-failed="${texts.text('passkeys.failed')}"
        data-known="${texts.text('passkeys.known')}"
        hidden
      ></p>
      <button class="quiet">${texts.text(submit)}</button>
    </form>
    <script src="${url('/passkeys.js')}" ${nonceAttribute(nonces.script)} defer></script>`;
}

function itemOf(context: PageContext, { id, name, createdAt, lastUsedAt, isSyncable }: Passkey): Html {
  const { texts, url } = context;
  const called = name ?? texts.text('passkeys.unnamed');
  const used =
    lastUsedAt === null
      ? texts.text('passkeys.unused')
      : texts.text('passkeys.used', { time: texts.time(lastUsedAt.getTime()) });
  const verify = html`data-passkey-change data-verify="${verifyUrl(context)}"`;
  return html`<li>
    <p>
      <strong>${called}</strong><br />
      <span class="hint">
        ${texts.text('passkeys.created', { time: texts.time(createdAt.getTime()) })} ${used}
        ${isSyncable && texts.text('passkeys.synced')}
      </span>
    </p>
    <details>
      <summary>${texts.text('passkeys.change')}</summary>
      <form method="post" action="${url(`/passkeys/${id}/rename`)}" ${verify}>
        ${csrf(context)}
        <div class="field">
          <label for="name-${id}">${texts.text('passkeys.name')}</label>
          <input id="name-${id}" name="name" autocomplete="off" value="${called}" required />
        </div>
        <button class="quiet">${texts.text('passkeys.rename')}</button>
      </form>
      <form method="post" action="${url(`/passkeys/${id}/delete`)}" ${verify}>
        ${csrf(context)}<button class="quiet">${texts.text('passkeys.delete', { name: called })}</button>
      </form>
    </details>
  </li>`;
}

function verifyUrl({ url }: PageContext): string {
  return `${url('/verify')}?next=${encodeURIComponent(url('/passkeys'))}`;
}

function kept({ values }: PageContext, name: string): HtmlPart {
  const value = values[name];
  return value !== undefined && html`<input type="hidden" name="${name}" value="${value}" />`;
}
