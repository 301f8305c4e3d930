import type { MessageKey } from '../messages/english.js';
import type { MessageValues } from '../messages/messages.js';
import { Html, html, type HtmlPart } from './html.js';
import { impersonationBanner } from '../impersonation/impersonation.page.js';
import type { PageContext } from './page.js';

/** How a field is shown. */
export interface Field {
  readonly name: string;
  /** Where a page has several fields of one name. Default: the name. */
  readonly id?: string;
  /** Whether what was wrong is shown with it. Default: yes. */
  readonly isAsked?: boolean;
  readonly label: MessageKey;
  /** Default: text. */
  readonly type?: 'text' | 'password';
  readonly autocomplete: string;
  /** The keyboard of a phone. */
  readonly inputMode?: 'email' | 'numeric' | 'tel';
  readonly optional?: boolean;
  /** What the field expects, in words. */
  readonly hint?: string;
}

/** Not of type `email`: browsers accept only ASCII before the `@` there. */
export const emailField: Field = {
  name: 'email',
  label: 'field.email',
  autocomplete: 'email',
  inputMode: 'email',
};

export const currentPasswordField: Field = {
  name: 'password',
  label: 'field.password',
  type: 'password',
  autocomplete: 'current-password',
};

export function newPasswordField({ texts, passwordMin }: PageContext, label: MessageKey = 'field.newPassword'): Field {
  const hint = texts.text('field.newPassword.hint', { min: passwordMin });
  return { name: 'password', label, type: 'password', autocomplete: 'new-password', hint };
}

/** A page in the layout. @param body left out where there is nothing to do any more */
export function pageOf(
  context: PageContext,
  title: MessageKey,
  body: Html,
  links: readonly HtmlPart[],
): ReturnType<PageContext['layout']> {
  const { texts, error, done, layout } = context;
  const heading = texts.text(title);
  const shown = done === null ? focusOnError(body) : notice('status', done, true);
  const shownLinks = links.filter((one) => one !== false && one !== null && one !== undefined);
  const main = html`<h1>${heading}</h1>
    ${bannerIn(context)} ${error !== null && notice('alert', error, shown === body)} ${shown}
    ${
      shownLinks.length > 0 &&
      html`<ul class="links">
        ${shownLinks.map((one) => html`<li>${one}</li>`)}
      </ul>`
    }`;
  return layout({ title: `${error === null ? '' : `${texts.text('error.title')} – `}${heading}`, main }, context);
}

/** @param kept fields that are handed on as they are @param said what the text of the button has in it */
export function form(
  context: PageContext,
  action: string,
  submit: MessageKey,
  fields: readonly HtmlPart[],
  kept: readonly string[] = [],
  said: MessageValues = {},
): Html {
  const hidden = kept.map((name) => {
    const value = context.values[name];
    return value !== undefined && html`<input type="hidden" name="${name}" value="${value}" />`;
  });
  return html`<form method="post" action="${context.url(action)}">
    ${csrf(context)}${hidden}${fields}
    <button>${context.texts.text(submit, said)}</button>
  </form>`;
}

/** The hidden field against requests of other sites. */
export function csrf({ csrf: token }: PageContext): HtmlPart {
  return token !== null && html`<input type="hidden" name="${token.field}" value="${token.token}" />`;
}

export function field(context: PageContext, declared: Field): Html {
  const { name, label, type = 'text', autocomplete, inputMode, optional = false, hint } = declared;
  const { id = name, isAsked = true } = declared;
  const errors = isAsked ? (context.errors[name] ?? []) : [];
  const isWrong = errors.length > 0;
  const describedBy = [hint !== undefined && `${id}-hint`, isWrong && `${id}-error`].filter(Boolean).join(' ');
  const value = type === 'password' ? undefined : context.values[name];
  const attributes = [
    !optional && html` required`,
    inputMode !== undefined && html` inputmode="${inputMode}"`,
    type === 'text' && html` autocapitalize="none" spellcheck="false"`,
    isWrong && html` ${invalidMark}`,
    describedBy !== '' && html` aria-describedby="${describedBy}"`,
    value !== undefined && html` value="${value}"`,
  ];
  return html`<div class="field">
    <label for="${id}">${context.texts.text(label)}</label>
    <input id="${id}" name="${name}" type="${type}" autocomplete="${autocomplete}" ${attributes} />
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${isWrong && html`<p class="wrong" id="${id}-error">${errors.join(' ')}</p>`}
  </div> `;
}

export function choice(
  context: PageContext,
  name: string,
  label: MessageKey,
  isTicked: boolean,
  values: MessageValues = {},
): Html {
  const ticked = (context.values[name] === undefined ? isTicked : context.values[name] === 'on') && html` checked`;
  return html`<div class="field">
    <label class="choice"
      ><input type="checkbox" name="${name}" value="on" ${ticked} /> ${context.texts.text(label, values)}</label
    >
  </div> `;
}

/** For password managers: whose password the form asks for. */
export function ownerOfPassword({ user }: PageContext): HtmlPart {
  return user !== null && html`<input type="text" autocomplete="username" value="${user.email}" hidden readonly />`;
}

export function paragraph({ texts }: PageContext, key: MessageKey): Html {
  return html`<p>${texts.text(key)}</p>`;
}

/** A link to a page of a feature, if that is on. */
export function link(context: PageContext, feature: string, page: string, text: MessageKey): HtmlPart {
  return context.features[feature] === true && html`<a href="${context.url(page)}">${context.texts.text(text)}</a>`;
}

export function toLogin(context: PageContext): Html {
  return html`<a href="${context.url('/login')}">${context.texts.text('login.title')}</a>`;
}

export function toAccount(context: PageContext): Html {
  return html`<a href="${context.url('/account')}">${context.texts.text('account.title')}</a>`;
}

function bannerIn(context: PageContext): HtmlPart {
  const { impersonation, user, texts, url } = context;
  if (impersonation === null || user === null) return null;
  return impersonationBanner({ ...impersonation, account: user }, texts, url('/impersonate/end'), context.csrf);
}

const invalidMark = new Html('aria-invalid="true"');

/** A message. @param isFocused whether a screen reader reads it first, and the keyboard goes on from there */
function notice(role: 'alert' | 'status', text: string, isFocused: boolean): Html {
  const focus = isFocused && html` tabindex="-1" autofocus`;
  return html`<p class="${role === 'alert' ? 'notice bad' : 'notice'}" role="${role}" ${focus}>${text}</p>`;
}

/** The keyboard begins at the first field that is wrong. */
function focusOnError(body: Html): Html {
  const at = body.markup.indexOf(invalidMark.markup);
  return at === -1 ? body : new Html(`${body.markup.slice(0, at)}autofocus ${body.markup.slice(at)}`);
}
