import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ask } from '../support/raw-http.js';
import { setEnvironment, settings, startExample, type RunningExample } from './example.js';

let running: RunningExample;
let unset: () => void;

beforeAll(async () => {
  unset = setEnvironment(settings);
  running = await startExample('tenants/app.module.ts', 'AppModule');
});

afterAll(async () => {
  await running.close();
  unset();
});

function at(host: string, path: string, cookie: string | null = null, body: object | null = null) {
  return ask(`http://127.0.0.1:${String(running.port)}${path}`, {
    method: body === null ? 'GET' : 'POST',
    headers: {
      host,
      ...(cookie === null ? {} : { cookie }),
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    },
    body: body === null ? '' : JSON.stringify(body),
  });
}

async function loginAt(host: string, password: string): Promise<string> {
  const { status, headers } = await at(host, '/login', null, { email: 'ada@example.com', password });
  expect(status).toBe(204);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

it('logs in the user of the tenant whose host was asked', async () => {
  const north = await loginAt('north.localhost', 'north horse');
  const south = await loginAt('south.localhost', 'south horse');
  expect(JSON.parse((await at('north.localhost', '/me', north)).body)).toEqual({ id: 'north/1', name: 'Ada of north' });
  expect(JSON.parse((await at('south.localhost', '/me', south)).body)).toEqual({ id: 'south/1', name: 'Ada of south' });
});

it('accepts no login of one tenant at another', async () => {
  const north = await loginAt('north.localhost', 'north horse');
  expect((await at('south.localhost', '/me', north)).status).toBe(401);
  const { status } = await at('south.localhost', '/login', null, { email: 'ada@example.com', password: 'north horse' });
  expect(status).toBe(401);
});

it.each(['west.localhost', 'constructor'])('does not know the host %s', async (host) => {
  expect((await at(host, '/login', null, { email: 'ada@example.com', password: 'x' })).status).toBe(404);
});
