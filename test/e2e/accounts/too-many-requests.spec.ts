import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };

/** What has been done too often, and in how many seconds it can be done again. */
const requests = [
  ['/auth/login', { identity: ada.email, password: 'a wrong one' }, '1', '2 seconds', '2 Sekunden'],
  ['/auth/recover', { email: ada.email }, '3600', '60 minutes', '60 Minuten'],
] as const;

let app: AccountsApp;

afterEach(() => app.close());

describe.each(inTurn(platforms))('a request too many on %s', (platform) => {
  beforeEach(async () => {
    const now = Date.now();
    app = await startAccounts(
      { recovery: true, sending: { perAddress: 1 } },
      { platform, session: { clock: () => now } },
    );
    await app.app.get(AccountsService).create(ada);
  });

  it.each(requests)('at %s says when there may be another', async (path, fields, seconds, english, german) => {
    const post = (accept: string, language: string): Promise<Response> =>
      app.jar().fetch(path, {
        method: 'POST',
        headers: {
          ...{ accept, 'accept-language': language, 'sec-fetch-site': 'same-origin' },
          'content-type': 'application/json',
        },
        body: JSON.stringify(fields),
      });
    let answer = await post('application/json', 'en');
    for (let request = 0; answer.status !== 429; request++) {
      expect(request).toBeLessThan(20);
      answer = await post('application/json', 'en');
    }
    const message = `Too many requests. Try again in ${english}.`;
    expect([answer.headers.get('retry-after'), await answer.json()]).toEqual([
      seconds,
      { statusCode: 429, message, error: 'Too Many Requests', code: 'TOO_MANY_REQUESTS', retryAfter: Number(seconds) },
    ]);
    for (const [language, words] of [
      ['en', message],
      ['de', `Zu viele Anfragen. Warten Sie ${german}, und versuchen Sie es dann noch einmal.`],
    ] as const) {
      const page = await post('text/html', language);
      expect([page.status, page.headers.get('retry-after')]).toEqual([429, seconds]);
      expect(await page.text()).toContain(words);
    }
  });
});
