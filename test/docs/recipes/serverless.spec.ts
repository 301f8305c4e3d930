import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platforms } from '../../support/app.js';
import { CookieJar } from '../../support/jar.js';
import { recipeOf, type Recipe } from '../recipe.js';

const files = {
  express: { function: 'src/function.ts', application: 'src/application.ts' },
  fastify: { function: 'src/fastify-function.ts', application: 'src/fastify-application.ts' },
};

let recipe: Recipe;
let gateway: Server;

beforeAll(() => {
  recipe = recipeOf('docs/recipes/serverless.md');
});

afterEach(() => {
  gateway.close();
});

afterAll(() => {
  recipe.remove();
});

it.each(platforms.filter((platform) => platform !== 'node'))(
  'serves a function that is called with the request and response of another server, on %s, and starts once',
  async (platform) => {
    const { default: handler } = (await recipe.load(files[platform].function)) as { default: RequestListener };
    const { application } = (await recipe.load(files[platform].application)) as {
      application(): Promise<{ close(): Promise<void> }>;
    };
    gateway = createServer(handler);
    await once(gateway.listen(0, '127.0.0.1'), 'listening');
    const browser = new CookieJar(`http://127.0.0.1:${String((gateway.address() as AddressInfo).port)}`);
    expect(await browser.json('/')).toEqual({ visits: 1 });
    expect(await browser.json('/')).toEqual({ visits: 2 });
    expect(application()).toBe(application());
    await (await application()).close();
  },
);
