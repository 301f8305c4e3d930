import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  decodeFlaskCookie,
  encodeFlaskCookie,
  flaskFileRecords,
  FlaskUuid,
  fromFlask,
  type FromFlaskOptions,
} from '../../../lib/interop/flask/index.js';
import { post, seenBy, startMigration, type MigrationApp } from '../../e2e/migration-app.js';
import { platforms } from '../../support/app.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { FlaskServer, type FlaskBrowser } from './flask-server.js';

const secretKey = 'a secret of the real Flask';
/** Of both: ours and Flask's. */
const cookieName = 'session';

describe.each(platforms)('a session of a real Flask that goes on in Nest on %s', (platform) => {
  let flask: FlaskServer;
  let nest: MigrationApp;

  beforeAll(async () => {
    flask = await FlaskServer.start('flask-app.py', secretKey);
  });
  afterAll(() => flask.stop());
  afterEach(() => nest.close());

  async function moveWith(there: FlaskBrowser, options: Partial<Pick<FromFlaskOptions, 'convert' | 'old'>> = {}) {
    nest = await startMigration({ migrateFrom: [fromFlask({ secretKey, ...options })] }, { platform, logger: false });
    return nest.visitor(there.cookie, cookieName);
  }

  it('has its user, its data, its messages and its permanence, once, and is Flask’s still', async () => {
    const there = flask.browser();
    await there.get('/login/42');
    await there.get('/count');
    await there.get('/flash');
    const here = await moveWith(there);
    expect(await seenBy(here)).toMatchObject({ data: { visits: 1 }, user: '42', permanent: true });
    expect(await here.json('/flashes')).toEqual([
      { category: 'message', message: 'Hello' },
      { category: 'error', message: 'Bad' },
    ]);
    expect(nest.heard.of('migrated')).toMatchObject([{ framework: 'Flask', userId: '42' }]);
    expect(await there.get('/count')).toEqual({ visits: 2 });

    const again = nest.visitor(here.get(cookieName) ?? '', cookieName);
    await here.fetch('/logout', post());
    expect(await seenBy(again)).toMatchObject({ data: {}, user: null });
  });

  it('has data of another shape where the application says so', async () => {
    const there = flask.browser();
    await there.get('/count');
    const data = decodeFlaskCookie(there.cookie, { secretKey }) ?? {};
    there.cookie = encodeFlaskCookie({ ...data, basket: [new FlaskUuid('1'.repeat(32))] }, { secretKey });
    await there.get('/count');
    const here = await moveWith(there, { convert: ({ basket, visits }) => ({ cart: basket, visits }) });
    const cart = ['11111111-1111-1111-1111-111111111111'];
    expect((await seenBy(here)).data).toEqual({ cart, visits: 2 });
  });

  it('never comes back by its old cookie after a logout', async () => {
    const there = flask.browser();
    await there.get('/login/42');
    const here = await moveWith(there);
    const planted = nest.visitor(there.cookie, cookieName);
    expect(await seenBy(here)).toMatchObject({ user: '42' });
    await here.fetch('/logout', post());
    expect(await seenBy(planted)).toMatchObject({ data: {}, user: null });
  });
});

describe('a session of a real Flask-Session that goes on in Nest', () => {
  it('has ended there where it is to be removed, and is refused where it is a pickle', async () => {
    const folder = temporaryFolder('flask-migration');
    const records = flaskFileRecords({ dir: folder.path });
    const options = { migrateFrom: [fromFlask({ records, old: 'remove' })] };
    const nest = await startMigration(options, { logger: false });
    try {
      const flask = await FlaskServer.start('flask-session-app.py', secretKey, folder.path, 'plain', 'msgpack');
      try {
        const there = flask.browser();
        await there.get('/count');
        const here = nest.visitor(there.cookie, cookieName);
        expect(await seenBy(here)).toMatchObject({ data: { visits: 1 }, permanent: true });
        expect(await there.get('/count')).toEqual({ visits: 1 });
      } finally {
        await flask.stop();
      }
      const pickling = await FlaskServer.start('flask-session-app.py', secretKey, folder.path, 'plain', 'pickle');
      try {
        const there = pickling.browser();
        await there.get('/count');
        expect(await seenBy(nest.visitor(there.cookie, cookieName))).toMatchObject({ data: {}, user: null });
        expect(nest.heard.of('migrationRefused')).toMatchObject([
          { framework: 'Flask', reason: expect.stringMatching(/^The record is a pickle/) },
        ]);
      } finally {
        await pickling.stop();
      }
    } finally {
      await nest.close();
      folder.remove();
    }
  });
});
