/** What sends mails; for the package itself. */
export const ACCOUNTS_MAILER = Symbol('ACCOUNTS_MAILER');
/** What sends messages to telephones; for the package itself. */
export const ACCOUNTS_SMS_SENDER = Symbol('ACCOUNTS_SMS_SENDER');
