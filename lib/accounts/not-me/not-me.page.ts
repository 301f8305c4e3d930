import type { MessageKey } from '../messages/english.js';
import { html, type HtmlPart } from '../pages/html.js';
import { field, form, link, pageOf, paragraph, toLogin, type Field } from '../pages/page-parts.js';
import type { PageContext, PageTemplate } from '../pages/page.js';

const formerPassword: Field = {
  name: 'password',
  label: 'notMe.password',
  type: 'password',
  autocomplete: 'off',
  optional: true,
};
const otherFactor: Field = { name: 'code', label: 'notMe.code', autocomplete: 'one-time-code', optional: true };

/** Says what was changed, and what the button will do. */
export const notMePage: PageTemplate = (context) => restoringPage(context, '/not-me', 'notMe.title', 'notMe.submit');

export const emailUndoPage: PageTemplate = (context) =>
  restoringPage(context, '/email/undo', 'emailUndo.title', 'emailUndo.submit');

function restoringPage(
  context: PageContext,
  action: string,
  title: MessageKey,
  submit: MessageKey,
): ReturnType<PageTemplate> {
  const { details, texts } = context;
  const links = [link(context, 'recovery', '/recover', 'recover.title'), toLogin(context)];
  if (details['what'] === undefined) {
    const isShown = context.error !== null;
    return pageOf(context, title, html`${!isShown && paragraph(context, 'error.TOKEN_INVALID')}`, links);
  }
  const needsFactor = details['needsFactor'] !== undefined;
  const fields: HtmlPart[] = [
    details['password'] !== undefined && field(context, formerPassword),
    needsFactor && field(context, otherFactor),
  ];
  const body = html`<p>${details['what']}</p>
    <p>${details['place']}</p>
    <p>${texts.text(details['locks'] === undefined ? 'notMe.effect' : 'notMe.effectLocked')}</p>
    ${needsFactor && paragraph(context, 'notMe.factor')}${form(context, action, submit, fields, ['token'])}`;
  return pageOf(context, title, body, links);
}
