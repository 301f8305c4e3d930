import { describe, expect, it } from '@jest/globals';
import { AuthClient, AuthClientError, isErrorOf, type AuthClientOptions } from '../../../lib/client/index.js';

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** A client whose requests are kept, and answered with these responses in turn. */
function clientWith(responses: readonly Response[], options: AuthClientOptions = {}) {
  const sent: Sent[] = [];
  const rest = [...responses];
  const client = new AuthClient({
    ...options,
    fetch: async (url, init) => {
      sent.push({ url, init });
      return rest.shift() ?? new Response(null, { status: 204 });
    },
  });
  return { client, sent };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('a request of the client', () => {
  it.each([
    [undefined, '/auth/sessions'],
    ['https://api.shop.example/auth/', 'https://api.shop.example/auth/sessions'],
    ['', '/sessions'],
  ])('goes to the base URL: %s', async (baseUrl, url) => {
    const { client, sent } = clientWith([json(200, [])], { baseUrl });
    await client.get('/sessions');
    expect(sent).toMatchObject([{ url, init: { method: 'GET', credentials: 'include' } }]);
  });

  it('has no slash at the end of the prefix', async () => {
    const { client, sent } = clientWith([json(200, {})]);
    await client.get('/');
    expect(sent[0]?.url).toBe('/auth');
  });

  it('has what is given for its path and its query, and leaves out what is undefined', async () => {
    const { client, sent } = clientWith([json(200, {}), json(200, {})]);
    await client.get('/admin/accounts', { query: { search: 'a&b', active: false, role: undefined } });
    await client.delete('/passkeys/{id}', { params: { id: 'a/b?c' } });
    expect(sent.map(({ url }) => url)).toEqual([
      '/auth/admin/accounts?search=a%26b&active=false',
      '/auth/passkeys/a%2Fb%3Fc',
    ]);
  });

  it.each(['', '.', '..'])('is not made for an id that would lead to another route: %j', async (id) => {
    const { client, sent } = clientWith([]);
    expect(await thrownBy(client.delete('/factors/{id}', { params: { id } }))).toBeInstanceOf(TypeError);
    expect(sent).toEqual([]);
  });

  it('has the headers and the signal that are given, and a body of JSON', async () => {
    const { client, sent } = clientWith([json(202, { status: 'sent' })], {
      headers: async () => ({ origin: 'https://shop.example' }),
      credentials: 'same-origin',
    });
    const { signal } = new AbortController();
    await client.post('/recover', { body: { email: 'ada@example.com' }, signal });
    const headers = { accept: 'application/json', 'content-type': 'application/json', origin: 'https://shop.example' };
    const body = '{"email":"ada@example.com"}';
    expect(sent[0]?.init).toEqual({ method: 'POST', credentials: 'same-origin', headers, body, signal });
  });

  it('carries the token of an overview that was read, in the header of the options', async () => {
    const { client, sent } = clientWith([json(200, { csrfToken: 'a-token' })], { csrfHeader: 'x-xsrf' });
    await client.get('/');
    await client.post('/logout');
    await client.get('/sessions').catch(() => null);
    expect(sent.map(({ init }) => new Headers(init.headers).get('x-xsrf'))).toEqual([null, 'a-token', null]);
  });

  it('is made again once for want of a token, and not for anything else', async () => {
    const missing = () => json(403, { code: 'CSRF_TOKEN_MISSING', message: 'no token' });
    const again = clientWith([missing(), json(200, { csrfToken: 'a-token' }), missing()]);
    expect(await thrownBy(again.client.post('/logout'))).toMatchObject({ code: 'CSRF_TOKEN_MISSING' });
    expect(again.sent.map(({ init }) => init.method)).toEqual(['POST', 'GET', 'POST']);
    const once = clientWith([json(403, { code: 'CSRF_CROSS_SITE' })]);
    expect(await thrownBy(once.client.post('/logout'))).toMatchObject({ code: 'CSRF_CROSS_SITE' });
    expect(once.sent).toHaveLength(1);
  });
});

describe('an answer to the client', () => {
  it('is what the route answers; nothing for a 204', async () => {
    const { client } = clientWith([json(202, { status: 'sent' })]);
    expect(await client.post('/recover', { body: { email: 'ada@example.com' } })).toEqual({ status: 'sent' });
    expect(await client.post('/logout')).toBeUndefined();
  });

  it('that is an error has its code, fields and wait, and is known by its route', async () => {
    const fields = { email: ['EMAIL_INVALID'] };
    const { client } = clientWith([
      json(400, { message: 'Please check', code: 'INPUT_INVALID', fields, retryAfter: 7 }),
    ]);
    const error = await thrownBy(client.post('/recover', { body: { email: '' } }));
    expect(error).toBeInstanceOf(AuthClientError);
    const said = { route: 'POST /recover', status: 400, code: 'INPUT_INVALID', fields, retryAfter: 7 };
    expect(error).toMatchObject({ name: 'AuthClientError', message: 'Please check', ...said });
    expect([
      isErrorOf(error, 'POST /recover'),
      isErrorOf(error, 'POST /login'),
      isErrorOf(null, 'POST /login'),
    ]).toEqual([true, false, false]);
  });

  it('takes the wait from the header where the body has none', async () => {
    const { client } = clientWith([new Response('busy', { status: 503, headers: { 'retry-after': '30' } })]);
    expect(await thrownBy(client.get('/'))).toMatchObject({ status: 503, code: null, fields: null, retryAfter: 30 });
  });

  it.each([
    ['a page in its place', new Response('<p>', { status: 200, headers: { 'content-type': 'text/html' } })],
    ['JSON that is cut off', new Response('{', { status: 200, headers: { 'content-type': 'application/json' } })],
    ['the error of a proxy', new Response('Bad Gateway', { status: 502, headers: { 'retry-after': 'tomorrow' } })],
    ['an error of another form', json(500, ['no'])],
  ])('is an error without a code: %s', async (_what, response) => {
    const { client } = clientWith([response]);
    expect(await thrownBy(client.get('/'))).toMatchObject({
      ...{ message: `GET /: ${String(response.status)}`, status: response.status },
      ...{ code: null, fields: null, retryAfter: null },
    });
  });

  it('that never comes throws what fetch throws', async () => {
    const failed = new TypeError('fetch failed');
    const client = new AuthClient({ fetch: () => Promise.reject(failed) });
    expect(await thrownBy(client.get('/'))).toBe(failed);
  });
});
