import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type Provider from 'oidc-provider';
import { CookieJar } from '../support/jar.js';
import { freePort } from '../support/servers/server-process.js';
import { setEnvironment, settings, startExample, type RunningExample } from './example.js';

type MakeProvider = (issuer: string, application: string) => Provider;

const server = createServer();
/** What the provider has given out at its token endpoint. */
const given: string[] = [];
let issuer: string;
let running: RunningExample;
let unset: () => void;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  issuer = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  const port = await freePort();
  const { provider } = (await import(resolve('examples/bff/provider.mjs'))) as { provider: MakeProvider };
  const answer = provider(issuer, `http://localhost:${String(port)}`).callback();
  server.on('request', (request, response) => {
    const end = response.end.bind(response);
    if (request.url === '/token') {
      response.end = (body: unknown) => {
        given.push(String(body));
        return end(body);
      };
    }
    answer(request, response);
  });
  unset = setEnvironment({ ...settings, OIDC_ISSUER: issuer });
  running = await startExample('bff/app.module.ts', 'AppModule', { port });
});

afterAll(async () => {
  await running.close();
  server.closeAllConnections();
  server.close();
  unset();
});

/** Goes through the pages of the provider. @returns where it leads back to */
async function throughProvider(start: string): Promise<URL> {
  const jar = new CookieJar(issuer);
  for (let at = new URL(start); ;) {
    const response = await jar.fetch(at.href);
    const html = response.status === 200 ? await response.text() : '';
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(html) ?? [];
    const prompt = html.includes('value="login"') ? 'login' : 'consent';
    const body = new URLSearchParams({ prompt, login: 'ada', password: 'any' });
    const next = action === undefined ? response : await jar.fetch(action, { method: 'POST', body });
    at = new URL(next.headers.get('location') ?? '', at);
    if (at.origin !== issuer) return at;
  }
}

it('lets a page call an API in the name of its user, and shows it no token', async () => {
  const seen: string[] = [];
  const jar = running.jar();
  const get = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await jar.fetch(path, init);
    seen.push(JSON.stringify([...response.headers]), await response.clone().text());
    return response;
  };
  const post = { method: 'POST', headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' } };
  expect(await (await get('/')).text()).toContain('page.js');
  await get('/page.js');
  expect((await get('/api/notes')).status).toBe(401);

  const begun = (await (await get('/auth/oauth/idp', { ...post, body: '{}' })).json()) as { readonly url: string };
  const back = await throughProvider(begun.url);
  expect((await get(back.pathname + back.search)).status).toBe(200);
  const note = { ...post, body: JSON.stringify({ text: 'buy milk' }) };
  expect(await (await get('/api/notes', note)).json()).toEqual(['buy milk']);
  expect(await (await get('/api/notes')).json()).toEqual(['buy milk']);
  const elsewhere = { ...note, headers: { ...note.headers, 'sec-fetch-site': 'cross-site' } };
  expect((await get('/api/notes', elsewhere)).status).toBe(403);

  const answers = given.map((text) => JSON.parse(text) as Record<string, unknown>);
  const tokens = answers.flatMap((one) => [one['access_token'], one['refresh_token'], one['id_token']]).map(String);
  expect(tokens).toHaveLength(3);
  for (const token of tokens) expect(seen.filter((text) => text.includes(token))).toEqual([]);
});
