import { html, type Html } from './html.js';

/**
 * Renders a form that changes something. It is sent by POST with a CSRF token, which `CsrfGuard` asks for if the browser
 * does not say which page sent the form.
 */
export type PostForm = (action: string, content: Html, className?: string) => Html;

/** The forms of one page. The first one creates the token, so a page without forms starts no session. */
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
