import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { AuthClient } from 'nestjs-session-auth/client';
import { platforms } from '../../support/app.js';
import { startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { ClientApp, password } from '../../support/client-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import { flows as ownFlows } from './client-flows.js';
import { furtherFlows } from './client-further-flows.js';

const flows = { ...ownFlows, ...furtherFlows };

describe('the client', () => {
  const app = new ClientApp();
  const runs = new Map<string, Promise<void>>();

  /** Each flow runs once, whichever test asks for it first. */
  function run(name: string): Promise<void> {
    const known = runs.get(name) ?? flows[name]?.(app) ?? Promise.reject(new Error(`There is no flow ${name}.`));
    runs.set(name, known);
    return known;
  }

  beforeAll(() => app.start());
  afterAll(() => app.app.close());

  it.each(Object.keys(flows))('does what a person does: %s', async (name) => {
    await run(name);
  });

  it('sends and gets nothing but what the document says, by every route of it and with every status', async () => {
    for (const name of Object.keys(flows)) await run(name);
    expect(app.problems).toEqual([]);
    const documented = app.api.routes.flatMap(({ name, operation }) =>
      /^show|ByForm$/.test(operation.operationId)
        ? []
        : Object.keys(operation.responses).flatMap((status) => (status.startsWith('2') ? [`${name} ${status}`] : [])),
    );
    expect(documented.filter((one) => !app.done.has(one))).toEqual([]);
  });
});

describe('a client of an application that asks for CSRF tokens', () => {
  const ada = { email: 'ada@example.com', password };
  let app: AccountsApp | null = null;

  afterEach(async () => {
    await app?.close();
    app = null;
  });

  function clientOf(jar: CookieJar, sent: string[], url: string): AuthClient {
    return new AuthClient({
      baseUrl: `${url}/auth`,
      headers: { 'sec-fetch-site': 'same-origin' },
      fetch: (path, init) => {
        sent.push(`${init.method ?? 'GET'} ${new URL(path).pathname}`);
        return jar.fetch(path, init);
      },
    });
  }

  it.each(inTurn(platforms))(
    'gets one by itself, before there is a session and after a login (%s)',
    async (platform) => {
      app = await startAccounts({}, { platform, session: { csrf: { mode: 'token' } } });
      await app.app.get(AccountsService).create(ada);
      const sent: string[] = [];
      const client = clientOf(app.jar(), sent, app.url);
      await client.post('/login', { body: { identity: ada.email, password } });
      await client.delete('/sessions');
      await client.post('/logout');
      expect(sent).toEqual([
        ...['POST /auth/login', 'GET /auth', 'GET /auth/login', 'GET /auth', 'POST /auth/login'],
        // The login has changed the session's id, and with it what a token is for.
        ...['DELETE /auth/sessions', 'GET /auth', 'DELETE /auth/sessions'],
        ...['POST /auth/logout', 'GET /auth', 'POST /auth/logout'],
      ]);
    },
  );

  it('says why where no token helps', async () => {
    app = await startAccounts();
    await app.app.get(AccountsService).create(ada);
    const jar = app.jar();
    const sent: string[] = [];
    await clientOf(jar, sent, app.url).post('/login', { body: { identity: ada.email, password } });
    const elsewhere = new AuthClient({ baseUrl: `${app.url}/auth`, fetch: (path, init) => jar.fetch(path, init) });
    await expect(elsewhere.post('/logout')).rejects.toMatchObject({ status: 403, code: 'CSRF_TOKEN_MISSING' });
  });
});
