import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { freePort } from '../support/servers/server-process.js';
import { setEnvironment, settings, startExample, type RunningExample } from './example.js';

/** Codes that were given out, and the PKCE challenge that each belongs to. */
const codes = new Map<string, string>();

/** As much of a provider as a login needs: its user has logged in there and agrees to everything. */
const provider = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://provider');
  if (url.pathname === '/authorize') {
    const code = `code-${String(codes.size)}`;
    codes.set(code, url.searchParams.get('code_challenge') ?? '');
    const back = new URL(url.searchParams.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    back.searchParams.set('state', url.searchParams.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  } else if (url.pathname === '/token') {
    void tokenFor(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  } else {
    const isKnown = request.headers.authorization === 'Bearer access-to-ada';
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ sub: '42', name: 'Ada' }));
  }
});

async function tokenFor(request: IncomingMessage): Promise<{ status: number; body: object }> {
  const form = new URLSearchParams(await text(request));
  const code = form.get('code') ?? '';
  const verifier = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (codes.get(code) !== verifier) return { status: 400, body: { error: 'invalid_grant' } };
  codes.delete(code);
  return { status: 200, body: { access_token: 'access-to-ada', token_type: 'Bearer' } };
}

let running: RunningExample;
let unset: () => void;

beforeAll(async () => {
  await once(provider.listen(0, '127.0.0.1'), 'listening');
  const port = await freePort();
  unset = setEnvironment({
    ...settings,
    OAUTH_PROVIDER: `http://127.0.0.1:${String((provider.address() as AddressInfo).port)}`,
    APP_ORIGIN: `http://127.0.0.1:${String(port)}`,
  });
  running = await startExample('passport-oauth/app.module.ts', 'AppModule', { port });
});

afterAll(async () => {
  await running.close();
  provider.close();
  unset();
});

/** Where the provider sends a browser back to that the application has sent there. */
async function backFrom(response: Response): Promise<string> {
  const { headers } = await fetch(response.headers.get('location') ?? '', { redirect: 'manual' });
  const { pathname, search } = new URL(headers.get('location') ?? '');
  return pathname + search;
}

it('logs in the account that the provider names', async () => {
  const jar = running.jar();
  const back = await jar.fetch(await backFrom(await jar.fetch('/login')));
  expect([back.status, back.headers.get('location')]).toEqual([302, '/me']);
  expect(await jar.json('/me')).toEqual({ id: 'provider:42', name: 'Ada' });
  await jar.fetch('/logout', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
  expect((await jar.fetch('/me')).status).toBe(401);
});

it('rejects the answer to the login of another browser', async () => {
  const [attacker, victim] = [running.jar(), running.jar()];
  const back = await backFrom(await attacker.fetch('/login'));
  await victim.fetch('/login');
  expect((await victim.fetch(back)).status).toBe(401);
  expect((await running.jar().fetch(back)).status).toBe(401);
});
