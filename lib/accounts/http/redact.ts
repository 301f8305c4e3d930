/** Parameters of links in mails. */
const secret = /([?&#](?:token|code)=)[^&#]*/gi;

/**
 * A URL for a log, without tokens of links in emails, which can log in or change a password while they are valid.
 *
 * ```ts
 * logger.log(`${request.method} ${redact(request.url)}`);
 * ```
 *
 * @publicApi
 */
export function redact(url: string): string {
  return url.replace(secret, '$1…');
}
