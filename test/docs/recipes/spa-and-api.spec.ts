import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import { platforms } from '../../support/app.js';
import { startRecipe } from '../application.js';
import { Person, type Page } from '../person.js';
import { recipeOf, type Recipe } from '../recipe.js';

const page = 'http://localhost:5173';
/** What a browser sends with a `fetch()` of the page to another host of its site. */
const fromPage = {
  accept: 'application/json',
  origin: page,
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'sec-fetch-site': 'same-site',
};
const credentials = { email: 'ada@example.com', password: 'correct horse' };

let recipe: Recipe;
let AppModule: Type;
let cors: CorsOptions;

beforeAll(async () => {
  recipe = recipeOf('docs/recipes/spa-and-api.md');
  ({ AppModule } = (await recipe.load('src/app.module.ts')) as { AppModule: Type });
  ({ cors } = (await recipe.load('src/cors.ts')) as { cors: CorsOptions });
});

afterAll(() => {
  recipe.remove();
});

describe.each(platforms)('the recipe of an API for a page on another host, on %s', (platform) => {
  let app: INestApplication;
  let browser: Person;

  beforeEach(async () => {
    app = await startRecipe(AppModule, platform, (app) => {
      app.enableCors(cors);
    });
    browser = new Person(await app.getUrl());
  });

  afterEach(() => app.close());

  const get = (path: string): Promise<Page> => browser.send('GET', path, fromPage);
  const post = (path: string, body: object, headers = {}): Promise<Page> =>
    browser.send('POST', path, { ...fromPage, 'content-type': 'application/json', ...headers }, JSON.stringify(body));

  it('lets the page log in, see who is logged in, and log out, and read each response', async () => {
    expect((await get('/me')).status).toBe(401);
    const login = await post('/login', credentials);
    expect(login.status).toBe(200);
    expect(login.headers).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-credentials': 'true',
    });
    const me = await get('/me');
    expect(JSON.parse(me.body)).toEqual({ id: 1, email: 'ada@example.com' });
    expect(me.headers['access-control-allow-origin']).toBe(page);
    expect((await post('/logout', {})).status).toBe(204);
    const gone = await get('/me');
    expect(gone.status).toBe(401);
    expect(gone.headers['access-control-allow-origin']).toBe(page);
  });

  it('answers the preflight request of a browser before any guard', async () => {
    const preflight = await browser.send('OPTIONS', '/login', {
      origin: page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-credentials': 'true',
    });
  });

  it('never redirects, not even somebody who opens the address', async () => {
    expect((await browser.visit('/me')).status).toBe(401);
  });

  it('rejects what a page of another site sends, and shows it nothing', async () => {
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const refused = await post('/login', credentials, foreign);
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'CSRF_CROSS_SITE' });
    expect(refused.headers['access-control-allow-origin']).not.toBe('https://evil.example');
  });

  it('tells the page how long to wait after too many failures', async () => {
    for (let failure = 0; failure < 5; failure++) await post('/login', { ...credentials, password: 'wrong' });
    const refused = await post('/login', credentials);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['access-control-expose-headers']).toBe('Retry-After');
  });

  it('has a cookie that requests of another host of the same site carry', async () => {
    const { headers } = await post('/login', credentials);
    expect(headers['set-cookie']?.[0]).toContain('SameSite=Lax');
    expect(headers['set-cookie']?.[0]).not.toContain('Domain=');
  });
});
