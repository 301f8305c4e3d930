import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };

let app: AccountsApp;

beforeAll(async () => {
  app = await startAccounts({ publicUrl: 'https://shop.example', afterLogin: '/home' });
  await app.app.get(AccountsService).create(ada);
});

afterAll(() => app.close());

describe('C2-35: a login leads to its next', () => {
  it.each([
    ['/page1', '/page1'],
    ['/page1?a=b#c', '/page1?a=b#c'],
    ['https://shop.example/page1', '/page1'],
  ])('%j, which is on this site', async (next, expected) => {
    expect(await nextOf(next)).toBe(expected);
  });
});

describe('C2-35: a login does not leave the site for its next', () => {
  it.each([
    'http://google.com',
    'http:///google.com',
    '//github.com',
    '\\\\\\github.com',
    ' //github.com',
    '/\\github.com',
    '\\/github.com',
    '\t//github.com',
    '/////github.com',
    ' ///github.com',
    '\u0001////github.com',
    '/\t/github.com',
    'javascript:alert(1)',
    'data:text/html,hello',
    'mailto:ada@example.com',
    'http:evil.example',
    'https://user:pw@shop.example/',
    'https://sub.shop.example',
    'http://shop.example/other-scheme',
    'https://shop.example:8443/',
    'https://evilshop.example',
    'https://amazon.com\\.shop.example',
    'https://a:b@amazon.com\\.shop.example',
    'api.info',
    '',
    `/${'a'.repeat(5_000)}`,
  ])('%j, and goes where logins go', async (next) => {
    expect(await nextOf(next)).toBe('/home');
  });
});

async function nextOf(next: unknown): Promise<unknown> {
  const { status, body } = await send(app.jar(), '/auth/login', { identity: ada.email, password: ada.password, next });
  expect(status).toBe(200);
  return body['next'];
}
