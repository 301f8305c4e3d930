import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  decodeFlaskCookie,
  encodeFlaskCookie,
  flaskSource,
  FlaskMarkup,
  FlaskTuple,
  FlaskUuid,
  type FlaskData,
} from '../../../lib/interop/flask/index.js';
import { cookieData, exactCookieData } from '../../unit/interop/flask/arbitraries.js';
import { jsonIn } from '../../unit/interop/flask/signed-cookie.js';
import { FlaskServer } from './flask-server.js';

const secretKey = 'a secret of the real Flask, é';
let flask: FlaskServer;

beforeAll(async () => {
  flask = await FlaskServer.start('flask-app.py', secretKey);
});

afterAll(() => flask.stop());

const decode = (cookie: string) => decodeFlaskCookie(cookie, { secretKey });
const encode = (data: FlaskData) => encodeFlaskCookie(data, { secretKey });

describe('with a real Flask, a cookie', () => {
  it('made by Flask is read, changed here, and read again by Flask', async () => {
    const browser = flask.browser();
    const { shown } = await browser.get('/fill');
    const data = decode(browser.cookie) ?? {};
    data['visits'] = 41;
    (data['list'] as unknown[]).push(FlaskTuple.of('from', 'Nest'));
    delete data['half'];
    browser.cookie = encode(data);

    expect(await browser.get('/count')).toEqual({ visits: 42 });
    const expected = shown
      .replace("[1, 'a', [], 2.0]", "[1, 'a', [], 2.0, ('from', 'Nest')]")
      .replace("('half', '\\ud83d'), ", '')
      .replace("('whole', 1.0)", "('visits', 42), ('whole', 1.0)");
    expect(await browser.get('/show')).toEqual({ shown: expected });
    expect(decode(browser.cookie)).toMatchObject({ visits: 42, _permanent: true });
  });

  it('holds the values that Flask put there', async () => {
    const browser = flask.browser();
    await browser.get('/fill');
    expect(decode(browser.cookie)).toStrictEqual({
      _permanent: true,
      none: null,
      yes: true,
      int: 42,
      negative: -7,
      big: 2n ** 70n,
      beyond: 2n ** 53n + 1n,
      float: 1.5,
      whole: 1,
      zero: -0,
      large: 1e16,
      tiny: 1e-7,
      text: 'Zoë ☃ 😀 \x7f"\\/<&\n',
      half: '\ud83d',
      list: [1, 'a', [], 2],
      tuple: FlaskTuple.of<unknown>(1, FlaskTuple.of<unknown>(2, [3]), FlaskTuple.of()),
      bytes: Buffer.from('ff006162', 'hex'),
      markup: new FlaskMarkup('<b>hi</b>'),
      uuid: new FlaskUuid('12345678-1234-5678-9abc-def012345678'),
      datetime: new Date('2024-02-29T12:30:45Z'),
      tag: { ' t': 'no tuple' },
      tags: { ' di': { ' b__': { ' b': FlaskTuple.of(1) } } },
      inherited: { constructor: 1, toString: 2 },
      '\uffee': 1,
      '😀': 2,
    });
  });

  it('written back unchanged has the same JSON to the letter, and the same values for Flask', async () => {
    const browser = flask.browser();
    const { shown } = await browser.get('/fill');
    const before = jsonIn(browser.cookie);
    browser.cookie = encode(decode(browser.cookie) ?? {});
    expect(jsonIn(browser.cookie)).toBe(before);
    expect(await browser.get('/show')).toEqual({ shown });
  });

  it('begun here is read by Flask', async () => {
    const browser = flask.browser();
    browser.cookie = encode({ user: { id: new FlaskUuid('1'.repeat(32)) }, roles: FlaskTuple.of('admin', 'é') });
    expect(await browser.get('/show')).toEqual({
      shown: "[('roles', ('admin', 'é')), ('user', {'id': UUID('11111111-1111-1111-1111-111111111111')})]",
    });
  });

  it.each([12, 1000, 100_000])('that compresses %d times a letter is read on both sides', async (length) => {
    const browser = flask.browser();
    const { shown } = await browser.get(`/text/${String(length)}`);
    expect(browser.cookie).toMatch(/^\./);
    const data = decode(browser.cookie);
    expect(data).toEqual({ text: 'a'.repeat(length) });
    browser.cookie = encode(data ?? {});
    expect(browser.cookie).toMatch(/^\./);
    expect(await browser.get('/show')).toEqual({ shown });
  });

  it('has flashes that either side shows', async () => {
    const browser = flask.browser();
    await browser.get('/flash');
    const reading = await flaskSource({ secretKey }).read(browser.cookie);
    expect(reading).toMatchObject({
      session: {
        flashes: [
          { category: 'message', message: 'Hello' },
          { category: 'error', message: 'Bad' },
        ],
      },
    });
    const data = decode(browser.cookie) ?? {};
    browser.cookie = encode({ _flashes: [...(data['_flashes'] as unknown[]), FlaskTuple.of('info', 'Nest')] });
    expect(await browser.get('/flashes')).toEqual({
      flashes: [
        ['message', 'Hello'],
        ['error', 'Bad'],
        ['info', 'Nest'],
      ],
    });
  });

  it('that is forged is an empty session for both', async () => {
    const browser = flask.browser();
    const forged = encodeFlaskCookie({ admin: true }, { secretKey: 'another secret' });
    browser.cookie = forged;
    expect(await browser.get('/show')).toEqual({ shown: '[]' });
    expect(decode(forged)).toBeNull();
  });

  it('with any data comes back from Flask with the same values, in the same letters', async () => {
    const samples = [...fc.sample(cookieData, 300), ...fc.sample(exactCookieData, 300)];
    const cookies = samples.map(encode);
    const again = await flask.browser().post<string[]>('/again', cookies);
    expect(again).toHaveLength(samples.length);
    for (const [at, cookie] of cookies.entries()) {
      const back = again[at] ?? '';
      expect(jsonIn(back)).toBe(jsonIn(cookie));
      expect(isDeepStrictEqual(decode(back), decode(cookie))).toBe(true);
    }
  });
});
