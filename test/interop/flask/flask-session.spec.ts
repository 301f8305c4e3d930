import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cachelibFileName,
  decodeCachelibFile,
  decodeFlaskSessionRecord,
  encodeCachelibFile,
  encodeFlaskSessionRecord,
  FlaskFloat,
  flaskFileRecords,
  FlaskPickleError,
  flaskSessionKey,
  flaskSource,
  signFlaskSessionId,
} from '../../../lib/interop/flask/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { FlaskServer } from './flask-server.js';

const secretKey = 'a secret of the real Flask-Session';
let folder: ReturnType<typeof temporaryFolder>;
let flask: FlaskServer | null = null;

beforeEach(() => {
  folder = temporaryFolder('flask-session');
});

afterEach(async () => {
  await flask?.stop();
  folder.remove();
});

async function start(signer: 'signed' | 'plain', serializer: 'pickle' | 'msgpack'): Promise<FlaskServer> {
  flask = await FlaskServer.start('flask-session-app.py', secretKey, folder.path, signer, serializer);
  return flask;
}

/** The file of a record, by either of the names that cachelib may give it. */
function fileOf(key: string): string {
  const paths = (['sha256', 'md5'] as const).map((hash) => join(folder.path, cachelibFileName(key, hash)));
  return paths.find((path) => existsSync(path)) ?? '';
}

describe.each(['signed', 'plain'] as const)('with a real Flask-Session and a %s cookie', (signer) => {
  const options = { secretKey, useSigner: signer === 'signed' };

  it('a record that it pickled is found, and refused', async () => {
    const browser = (await start(signer, 'pickle')).browser();
    expect(await browser.get('/count')).toEqual({ visits: 1 });
    const records = flaskFileRecords({ dir: folder.path });
    const key = flaskSessionKey(browser.cookie, options) ?? '';
    const record = (await records.get(key)) ?? new Uint8Array();
    expect(record.length).toBeGreaterThan(20);
    expect(() => decodeFlaskSessionRecord(record)).toThrow(FlaskPickleError);
    expect(await flaskSource({ ...options, records }).read(browser.cookie)).toEqual({
      refused: expect.stringMatching(/^The record is a pickle/),
    });
    expect(await browser.get('/count')).toEqual({ visits: 2 });
  });

  it('a record that it wrote as MessagePack is read, changed here, read again there, and removed', async () => {
    const browser = (await start(signer, 'msgpack')).browser();
    expect(await browser.get('/count')).toEqual({ visits: 1 });
    const records = flaskFileRecords({ dir: folder.path });
    const reading = await flaskSource({ ...options, records }).read(browser.cookie);
    expect(reading).toMatchObject({ session: { data: { visits: 1 }, permanent: true } });

    const path = fileOf(flaskSessionKey(browser.cookie, options) ?? '');
    const data = decodeFlaskSessionRecord(decodeCachelibFile(readFileSync(path)) ?? new Uint8Array()) ?? {};
    const changed = { ...data, visits: 41, when: new Date('2024-02-29T12:30:45Z'), rate: new FlaskFloat(1) };
    const record = encodeFlaskSessionRecord(changed, { format: 'msgpack' });
    writeFileSync(path, encodeCachelibFile(record, Date.now() / 1000 + 60));
    expect(await browser.get('/count')).toEqual({ visits: 42 });
    expect(await browser.get('/show')).toEqual({
      shown:
        "[('_permanent', True), ('rate', 1.0), ('visits', 42), " +
        "('when', datetime.datetime(2024, 2, 29, 12, 30, 45, tzinfo=datetime.timezone.utc))]",
    });

    if (reading === null || !('session' in reading)) throw new Error('There is no session.');
    await reading.session.remove();
    expect(await browser.get('/count')).toEqual({ visits: 1 });
  });

  it('a record that was begun here is read there', async () => {
    const browser = (await start(signer, 'msgpack')).browser();
    const id = 'an-id-that-was-made-here-0123456789';
    browser.cookie = signer === 'signed' ? signFlaskSessionId(id, secretKey) : id;
    const record = encodeFlaskSessionRecord({ _permanent: true, visits: 9 }, { format: 'msgpack' });
    const key = flaskSessionKey(browser.cookie, options) ?? '';
    for (const hash of ['sha256', 'md5'] as const) {
      writeFileSync(join(folder.path, cachelibFileName(key, hash)), encodeCachelibFile(record, 0));
    }
    expect(await browser.get('/count')).toEqual({ visits: 10 });
  });
});
