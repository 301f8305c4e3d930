import { html, type Html } from './html.js';

/**
 * Draws a form that changes something. It is sent by POST, and carries the token that says which session it was made for:
 * where a browser does not say which page sent a form, `CsrfGuard` asks for that.
 */
export type PostForm = (action: string, content: Html, className?: string) => Html;

/** The forms of one page. The token is made with the first of them: a page without one begins no session. */
export function postForms(makeToken: () => string): PostForm {
  let token: string | null = null;
  return (action, content, className) => {
    token ??= makeToken();
    return html`
      <form ${className !== undefined && html`class="${className}"`} method="post" action="${action}">
        <input type="hidden" name="_csrf" value="${token}" />
        ${content}
      </form>
    `;
  };
}
