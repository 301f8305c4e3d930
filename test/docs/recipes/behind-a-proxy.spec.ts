import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platforms } from '../../support/app.js';
import { codeBlocks, pages } from '../pages.js';
import { Person, type Page } from '../person.js';
import { recipeOf, type Recipe } from '../recipe.js';

const path = 'docs/recipes/behind-a-proxy.md';
const page = pages().find((page) => page.path === path) ?? { path, text: '' };
const [atRoot = '', underPath = ''] = codeBlocks(page).flatMap(({ language, code }) =>
  language === 'nginx' ? [code] : [],
);
const files = { express: 'src/application.ts', fastify: 'src/fastify-application.ts' };
const settings = {
  NODE_ENV: 'production',
  SECRET_KEY: 'x7'.concat('-secret-of-a-test-'.repeat(2)),
  SESSION_TYPE: 'memory',
};
const json = { accept: 'application/json' };

/** The address that clients seem to have, and who they claim to be. */
const client = '198.51.100.7';
const claims = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'evil.example', 'x-forwarded-prefix': '/evil' };

let before: NodeJS.ProcessEnv;
let recipe: Recipe;

beforeAll(() => {
  before = { ...process.env };
  Object.assign(process.env, settings);
  recipe = recipeOf(path);
});

afterAll(() => {
  process.env = before;
  recipe.remove();
});

describe.each(platforms)('the recipe of a proxy, on %s', (platform) => {
  if (platform === 'node') return;
  let app: INestApplication;
  let proxy: Server | undefined;

  beforeEach(async () => {
    const { createApplication } = (await recipe.load(files[platform])) as {
      createApplication(): Promise<INestApplication>;
    };
    app = await createApplication();
    app.useLogger(false);
    await app.listen(0, '127.0.0.1');
  });

  afterEach(async () => {
    proxy?.close();
    await app.close();
  });

  async function behind(configuration: string): Promise<Person> {
    proxy = proxyAs(configuration, await app.getUrl());
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    return new Person(`http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`);
  }

  it('sees the client, its scheme and its host, whatever the client claims', async () => {
    const person = await behind(atRoot);
    const { body } = await person.visit('/check', { ...claims, forwarded: 'for=192.0.2.1;host=evil.example' });
    expect(JSON.parse(body)).toEqual({ ip: client, protocol: 'https', hostname: 'shop.example' });
  });

  it('takes a form of an older browser from its own origin, and from no other', async () => {
    const person = await behind(atRoot);
    const post = (origin: string): Promise<Page> =>
      person.send('POST', '/login', { ...json, origin, 'sec-fetch-site': 'none' });
    const login = await post('https://shop.example');
    expect(login.status).toBe(201);
    expect(login.headers['set-cookie']?.[0]).toMatch(/^__Host-session=.*; Secure/);
    expect((await post('http://shop.example')).status).toBe(403);
    expect((await person.visit('/account')).status).toBe(200);
  });

  it('leads back to the place that was asked for', async () => {
    const person = await behind(atRoot);
    expect((await person.visit('/account?tab=1', claims)).location).toBe('/login?next=%2Faccount%3Ftab%3D1');
  });

  it('puts back the path that the proxy has removed', async () => {
    const person = await behind(underPath);
    expect((await person.visit('/shop/account', claims)).location).toBe('/login?next=%2Fshop%2Faccount');
  });
});

/** Does what the configuration of nginx says, for a client at {@link client} that speaks HTTPS with `shop.example`. */
function proxyAs(configuration: string, application: string): Server {
  const [, location = ''] = /location (\S+) \{/.exec(configuration) ?? [];
  const removesPath = /proxy_pass http:\/\/[^/;]+\/;/.test(configuration);
  const set = [...configuration.matchAll(/proxy_set_header (\S+) (\S+);/g)].map(([, name = '', value = '']) => ({
    name: name.toLowerCase(),
    value: { $host: 'shop.example', $remote_addr: client, $scheme: 'https', '""': '' }[value] ?? value,
  }));
  expect(set.length).toBeGreaterThan(4);
  return createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers };
    for (const { name, value } of set) {
      if (value === '') delete headers[name];
      else headers[name] = value;
    }
    const url = incoming.url ?? '/';
    const target = new URL(removesPath ? `/${url.slice(location.length)}` : url, application);
    const forwarded = request(target, { method: incoming.method, headers, agent: false });
    forwarded.on('response', (response: IncomingMessage) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
}
