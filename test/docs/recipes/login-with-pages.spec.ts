import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { platforms } from '../../support/app.js';
import { startRecipe } from '../application.js';
import { Person } from '../person.js';
import { recipeOf, type Recipe } from '../recipe.js';

let recipe: Recipe;
let AppModule: Type;

beforeAll(async () => {
  recipe = recipeOf('docs/recipes/login-with-pages.md', { 'N: 2 ** 17': 'N: 2 ** 10' });
  ({ AppModule } = (await recipe.load('src/app.module.ts')) as { AppModule: Type });
});

afterAll(() => {
  recipe.remove();
});

describe.each(platforms)('the recipe of a login with pages, on %s', (platform) => {
  let app: INestApplication;
  let person: Person;
  const credentials = { email: 'ada@example.com', password: 'correct horse' };

  beforeEach(async () => {
    app = await startRecipe(AppModule, platform);
    person = new Person(await app.getUrl());
  });

  afterEach(() => app.close());

  it('leads to the login page and, with a message, back to the page that was asked for', async () => {
    expect(await person.visit('/account/password')).toMatchObject({
      status: 302,
      location: '/login?next=%2Faccount%2Fpassword',
    });
    expect((await person.visit('/login?next=%2Faccount%2Fpassword')).body).toContain('<button>Log in</button>');
    expect(await person.submit('/login?next=%2Faccount%2Fpassword', credentials)).toMatchObject({
      status: 303,
      location: '/account/password',
    });
    const page = await person.visit('/account/password');
    expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(page.body).toContain('<p class="success">You are logged in.</p>');
  });

  it('shows a wrong password on the login page, keeps the place, and leads nowhere else', async () => {
    expect(await person.submit('/login?next=https://evil.example', { ...credentials, password: 'x' })).toMatchObject({
      status: 303,
      location: '/login?next=%2Faccount',
    });
    expect((await person.visit('/login')).body).toContain('Wrong email address or password.');
    expect((await person.visit('/account')).status).toBe(302);
  });

  it('gives a client that asks for JSON a 401', async () => {
    const response = await fetch(`${await app.getUrl()}/account`, { headers: { accept: 'application/json' } });
    expect(response.status).toBe(401);
  });

  it('remembers a login, which then has to be confirmed before the password can be changed', async () => {
    await person.submit('/login', { ...credentials, remember: 'on' });
    person.closeBrowser();
    expect((await person.visit('/account')).status).toBe(200);
    expect(await person.visit('/account/password')).toMatchObject({
      status: 302,
      location: '/confirm?next=%2Faccount%2Fpassword',
    });
    const place = '/confirm?next=%2Faccount%2Fpassword';
    expect(await person.submit(place, { password: 'wrong' })).toMatchObject({ status: 303, location: place });
    expect((await person.visit(place)).body).toContain('Wrong password.');
    expect((await person.submit(place, { password: 'correct horse' })).location).toBe('/account/password');
    expect((await person.visit('/account/password')).status).toBe(200);
  });

  it('does not remember a login that did not ask for it', async () => {
    await person.submit('/login', credentials);
    person.closeBrowser();
    expect((await person.visit('/account')).status).toBe(302);
  });

  it('changes the password, and logs the other devices out', async () => {
    const other = new Person(await app.getUrl());
    await other.submit('/login', credentials);
    await person.submit('/login', credentials);
    expect((await person.submit('/account/password', { password: 'short' })).location).toBe('/account/password');
    expect((await person.submit('/account/password', { password: 'battery staple' })).location).toBe('/account');
    expect((await person.visit('/account')).body).toContain('All other devices are logged out.');
    expect((await other.visit('/account')).status).toBe(302);
    await other.submit('/login', { ...credentials, password: 'battery staple' });
    expect((await other.visit('/account')).status).toBe(200);
  });

  it('answers too many failures with a page that says how long to wait', async () => {
    for (let failure = 0; failure < 5; failure++) await person.submit('/login', { ...credentials, password: 'x' });
    const refused = await person.submit('/login', credentials);
    expect(refused.status).toBe(429);
    expect(refused.headers['content-type']).toContain('text/html');
    expect(refused.body).toMatch(/Wait \d+ seconds/);
  });

  it('answers a form of another site with a page and a 403', async () => {
    const refused = await person.submit('/login', credentials, { 'sec-fetch-site': 'cross-site' });
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('This form did not come from our site');
  });

  it('logs out, and says so', async () => {
    await person.submit('/login', { ...credentials, remember: 'on' });
    expect(await person.submit('/logout', {})).toMatchObject({ status: 303, location: '/login' });
    expect((await person.visit('/login')).body).toContain('You are logged out.');
    expect((await person.visit('/account')).status).toBe(302);
  });
});
