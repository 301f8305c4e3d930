import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { CookieJar } from '../support/jar.js';
import { setEnvironment, settings, startExample, type RunningExample } from './example.js';

let running: RunningExample;
let unset: () => void;

beforeAll(async () => {
  unset = setEnvironment(settings);
  running = await startExample('graphql/app.module.ts', 'AppModule');
});

afterAll(async () => {
  await running.close();
  unset();
});

interface Answer {
  readonly data: object | null;
  readonly errors?: readonly { readonly extensions?: Record<string, unknown> }[];
}

/** As a page of the application sends it. */
async function operate(jar: CookieJar, query: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  return (await jar.json('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) })) as Answer;
}

const codes = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions?.['code']);

it('logs in by a mutation, keeps a cart, and logs out', async () => {
  const jar = running.jar();
  expect((await operate(jar, '{ viewer { name } }')).data).toEqual({ viewer: null });
  expect((await operate(jar, 'mutation { login(name: "Ada", password: "correct horse") { name } }')).data).toEqual({
    login: { name: 'Ada' },
  });
  await operate(jar, 'mutation { putIntoCart(item: "teapot") }');
  expect((await operate(jar, '{ viewer { name cart } takings }')).data).toEqual({
    viewer: { name: 'Ada', cart: ['teapot'] },
    takings: '€81.00',
  });
  await operate(jar, 'mutation { logout }');
  expect((await operate(jar, '{ viewer { name } }')).data).toEqual({ viewer: null });
});

it('rejects wrong passwords, everybody without a login, and users without the role', async () => {
  const jar = running.jar();
  expect(codes(await operate(jar, 'mutation { login(name: "Ada", password: "x") { name } }'))).toEqual([
    'UNAUTHENTICATED',
  ]);
  expect(codes(await operate(jar, 'mutation { putIntoCart(item: "teapot") }'))).toEqual(['UNAUTHENTICATED']);
  await operate(jar, 'mutation { login(name: "Ben", password: "correct horse") { name } }');
  expect(codes(await operate(jar, '{ takings }'))).toEqual(['FORBIDDEN']);
});
