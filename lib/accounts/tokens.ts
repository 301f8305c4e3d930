/** What sends mails; for the package itself. */
export const ACCOUNTS_MAILER = Symbol('ACCOUNTS_MAILER');
