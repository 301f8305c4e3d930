import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { AuthService, Session } from 'nestjs-session-auth';
import { createKeyRing } from '../../lib/cookie/key-ring.js';
import { signValue } from '../../lib/cookie/signed-value.js';
import { platforms, startApp, testSecret, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { FailingStore } from '../support/failing-store.js';
import { getWithCookie, sendRaw } from '../support/raw-http.js';

@Controller()
class HostileController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session, @Query() query: unknown) {
    return { data: session.toJSON(), user: this.auth.userId(session), isNew: session.isNew, query };
  }

  @Get('read/:given')
  readAt(@Session() session: Session, @Param('given') given: string) {
    return { data: session.toJSON(), user: this.auth.userId(session), isNew: session.isNew, given };
  }

  @Post('read')
  readPosted(@Session() session: Session, @Body() body: unknown) {
    return { data: session.toJSON(), user: this.auth.userId(session), isNew: session.isNew, body };
  }

  @Post('login')
  async login(@Session() session: Session) {
    session.set('basket', 'full');
    await this.auth.login(session, 42);
    return {};
  }
}

const fresh = { data: {}, user: null, isNew: true, query: {} };
const mine = { data: { basket: 'full' }, user: 42, isNew: false, query: {} };
const kilobytes100 = 100 * 1024;

describe.each(platforms)('%s', (platform) => {
  const store = new FailingStore();
  const logger = new CapturedLogger();
  let running: RunningApp;
  let valid: string;
  let id: string;
  let issued: string;
  let signature: string;

  beforeAll(async () => {
    running = await startApp({
      platform,
      // The raw requests name no user agent, as the login did; that is not what is looked at here.
      session: { store, protection: { mode: null } },
      logger,
      controllers: [HostileController],
      prepare: (app) => {
        // Node itself refuses more than 16 kB of headers; here they are to reach the package.
        (app.getHttpServer() as { maxHeaderSize: number }).maxHeaderSize = 1024 * 1024;
      },
    });
    const jar = running.jar();
    await jar.fetch('/login', { method: 'POST' });
    valid = jar.get('session') ?? '';
    [id = '', issued = '', signature = ''] = valid.split('.');
  });
  beforeEach(() => {
    Object.assign(store.calls, { read: 0, write: 0, touch: 0, delete: 0 });
  });
  afterAll(async () => {
    await running.close();
    expect(logger.at('error')).toEqual([]);
    expect(logger.text).not.toContain(id.slice(0, 10));
  });

  function signed(by: string, purpose: string, time = Date.now()): string {
    return signValue(createKeyRing({ secretKey: by, secretKeyFallbacks: [] }), purpose, id, time);
  }

  const purpose = 'session-cookie-signature:v1';
  const refused: readonly (readonly [string, () => Buffer | string])[] = [
    ['nothing at all', () => ''],
    ['an empty value', () => 'session='],
    ['an empty value in quotes', () => 'session=""'],
    ['a name without a value', () => 'session'],
    ['only separators', () => ';;; ; =;==; ;'],
    ['a forged signature', () => `session=${id}.${issued}.${'A'.repeat(43)}`],
    ['no signature', () => `session=${id}.${issued}`],
    ['an empty signature', () => `session=${id}.${issued}.`],
    ['the id alone', () => `session=${id}`],
    ['a signature with one character changed', () => `session=${id}.${issued}.${changed(signature)}`],
    ['an id with one character changed', () => `session=${changed(id)}.${issued}.${signature}`],
    ['a time with one character changed', () => `session=${id}.${changed(issued)}.${signature}`],
    ['a time that another spelling gives', () => `session=${id}.0${issued}.${signature}`],
    ['its first half', () => `session=${valid.slice(0, valid.length / 2)}`],
    ['its last character cut off', () => `session=${valid.slice(0, -1)}`],
    ['its value doubled', () => `session=${valid}${valid}`],
    ['a quote at one end', () => `session="${valid}`],
    ['its value in two pairs of quotes', () => `session=""${valid}""`],
    ['its value percent-encoded', () => `session=${percentEncoded(valid)}`],
    ['its dots percent-encoded', () => `session=${valid.replaceAll('.', '%2E')}`],
    ['another case', () => `session=${valid.toLowerCase()}`],
    ['a space inside', () => `session=${id} .${issued}.${signature}`],
    ['another spelling of its last base64 character', () => `session=${id}.${issued}.${otherSpelling(signature)}`],
    ['bytes that are no UTF-8', () => Buffer.from([...Buffer.from('session='), 0xff, 0xfe, 0xc3, 0x28, 0x80])],
    [
      'its value after such bytes',
      () => Buffer.concat([Buffer.from('session='), Buffer.from([0xc3]), Buffer.from(valid)]),
    ],
    ['100 kB of one value', () => `session=${'A'.repeat(kilobytes100)}`],
    ['100 kB of dots', () => `session=${'.'.repeat(kilobytes100)}`],
    ['100 kB of an id with a real end', () => `session=${'A'.repeat(kilobytes100)}.${issued}.${signature}`],
    ['100 kB of the name', () => 'session'.repeat(kilobytes100 / 7)],
    ['100 kB of separators', () => `${';'.repeat(kilobytes100)}session=`],
    ['500 cookies of other names', () => Array.from({ length: 500 }, (_, index) => `c${String(index)}=v`).join('; ')],
    ['500 cookies of its name', () => Array.from({ length: 500 }, () => `session=${'A'.repeat(86)}`).join('; ')],
    ['the name in another case', () => `Session=${valid}`],
    ['a name that ends the same', () => `xsession=${valid}`],
    ['a name that begins the same', () => `session2=${valid}`],
    ['its text in another value', () => `other="session=${valid}"`],
    ['__proto__ and constructor as names', () => `__proto__=${valid}; constructor=${valid}; toString=${valid}`],
    ['an object in JSON', () => 'session={"id":"x","__proto__":{"isAdmin":true}}'],
    ["Express's signed form", () => `session=s:${valid}`],
    [
      'a value that another secret signed',
      () => `session=${signed('another-secret-of-32-bytes-and-some-more', purpose)}`,
    ],
    ['a value that was signed for another purpose', () => `session=${signed(testSecret, 'remember-me:v1')}`],
    ['a value from two minutes ahead', () => `session=${signed(testSecret, purpose, Date.now() + 120_000)}`],
  ];

  it.each(refused)(
    'ASVS 7.2.1: %s in the cookie is a fresh session, without a call to the store',
    async (_what, cookie) => {
      const answer = await sendRaw(running.url, getWithCookie('/read', cookie()));

      expect(answer.status).toBe(200);
      expect(JSON.parse(bodyOf(answer.body))).toEqual(fresh);
      expect(answer.head).not.toMatch(/set-cookie/i);
      expect(store.calls).toEqual({ read: 0, write: 0, touch: 0, delete: 0 });
    },
  );

  it.each([
    ['behind garbage of the same name', () => `session=garbage; session=; session=${changed(valid)}; session=${valid}`],
    ['before garbage of the same name', () => `session=${valid}; session=garbage`],
    ['in quotes', () => `session="${valid}"`],
    ['without a space before it', () => `a=1;session=${valid};b=2`],
    ['among 500 others', () => `${'a=b; '.repeat(500)}session=${valid}`],
    ['twice', () => `session=${valid}; session=${valid}`],
    [
      'beside bytes that are no UTF-8',
      () => Buffer.concat([Buffer.from([0x61, 0x3d, 0xff, 0x3b]), Buffer.from(`session=${valid}`)]),
    ],
  ])('the real cookie %s leads to its session with one read', async (_where, cookie) => {
    const answer = await sendRaw(running.url, getWithCookie('/read', cookie()));

    expect(JSON.parse(bodyOf(answer.body))).toEqual(mine);
    expect(store.calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
  });

  it('ASVS 11.2.5: every kind of bad cookie gets one and the same answer', async () => {
    const unknown = () => `session=${signed(testSecret, purpose).replace(id, 'B'.repeat(43))}`;
    const answers = new Set<string>();
    for (const [, cookie] of [...refused, ['a cookie that nobody signed for a session', unknown] as const]) {
      const { head, body } = await sendRaw(running.url, getWithCookie('/read', cookie()));
      answers.add(`${head.replace(/^date:.*$/im, '')}\n${body}`);
    }

    expect([...answers]).toHaveLength(1);
  });

  it('OWASP SM: a cookie that is signed but unknown to the store is a fresh session', async () => {
    const unknown = signValue(
      createKeyRing({ secretKey: testSecret, secretKeyFallbacks: [] }),
      purpose,
      'B'.repeat(43),
      Date.now(),
    );
    const answer = await sendRaw(running.url, getWithCookie('/read', `session=${unknown}`));

    expect(JSON.parse(bodyOf(answer.body))).toEqual(fresh);
    expect(store.calls).toEqual({ read: 1, write: 0, touch: 0, delete: 0 });
  });

  it.each([
    ['NUL', 0x00],
    ['a line feed', 0x0a],
    ['an escape', 0x1b],
    ['DEL', 0x7f],
  ])('OWASP SM: %s in the cookie never leads to a session, and the server goes on', async (_name, byte) => {
    const cookie = Buffer.concat([
      Buffer.from(`session=${id}`),
      Buffer.from([byte]),
      Buffer.from(`.${issued}.${signature}`),
    ]);
    const answer = await sendRaw(running.url, getWithCookie('/read', cookie));

    // Node refuses most of them with a 400 of its own.
    expect([200, 400]).toContain(answer.status);
    expect(answer.body).not.toContain('full');
    expect(store.calls.read).toBe(0);
    const next = await sendRaw(running.url, getWithCookie('/read', `session=${valid}`));
    expect(JSON.parse(bodyOf(next.body))).toEqual(mine);
  });

  it('ASVS 14.2.1: a session id in the query, the path, the body or a header is ignored', async () => {
    const query = await fetch(`${running.url}/read?session=${valid}&sid=${id}&PHPSESSID=${valid}`);
    const path = await fetch(`${running.url}/read/${id}`);
    const headers = await fetch(`${running.url}/read`, {
      headers: { session: valid, 'x-session-id': valid, authorization: `Bearer ${valid}` },
    });
    const posted = await fetch(`${running.url}/read`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ session: valid, cookie: `session=${valid}` }),
    });

    for (const response of [query, path, headers, posted]) {
      expect(await response.json()).toMatchObject({ data: {}, user: null, isNew: true });
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect(store.calls).toEqual({ read: 0, write: 0, touch: 0, delete: 0 });
  });

  it('a hostile cookie stands in no way of a login', async () => {
    const response = await fetch(`${running.url}/login`, {
      method: 'POST',
      headers: { cookie: `session=${changed(valid)}` },
    });

    const [line = ''] = response.headers.getSetCookie();
    expect(response.status).toBe(201);
    expect(line).toMatch(/^session=[\w-]{43}\.\w+\.\w+\.[\w-]{43};/);
    expect(line).not.toContain(id);
  });
});

/** One character changed for another that could stand there. */
function changed(text: string): string {
  const at = Math.floor(text.length / 2);
  return text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1);
}

/** The last character with one of its two unused bits set: it decodes to the same bytes. */
function otherSpelling(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return signature.slice(0, -1) + String(alphabet[alphabet.indexOf(signature.slice(-1)) + 1]);
}

function percentEncoded(text: string): string {
  return Array.from(text, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`).join('');
}

/** The JSON of a body, also where it came in chunks. */
function bodyOf(body: string): string {
  return /\{.*\}/s.exec(body)?.[0] ?? '';
}
