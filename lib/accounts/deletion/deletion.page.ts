import { html } from '../pages/html.js';
import { form, pageOf, paragraph, toAccount, toLogin } from '../pages/page-parts.js';
import type { PageTemplate } from '../pages/page.js';

export const deletionPage: PageTemplate = (context) => {
  const body = html`${paragraph(context, 'deletion.text')}${form(context, '/account/delete', 'deletion.submit', [])}`;
  // Once it is done, nobody is logged in.
  return pageOf(context, 'deletion.title', body, [context.done === null ? toAccount(context) : toLogin(context)]);
};

export const deletionUndoPage: PageTemplate = (context) => {
  const body = html`${paragraph(context, 'deletion.undoText')}${form(
    context,
    '/account/undo',
    'deletion.undo',
    [],
    ['token'],
  )}`;
  return pageOf(context, 'deletion.undoTitle', body, [toLogin(context)]);
};
