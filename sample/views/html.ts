/** The template of the package, which escapes each value: the pages of accounts are made with it, too. */
export { Html, html, type HtmlPart } from 'nestjs-session-auth/accounts';
