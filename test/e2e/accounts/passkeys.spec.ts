import { afterEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { platforms } from '../../support/app.js';
import { readPage, send, sendForm } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';
import type { CookieJar } from '../../support/jar.js';
import {
  ada,
  addPasskey,
  begin,
  beginLogin,
  bob,
  logInWith,
  startPasskeys,
  withPasskey,
  type PasskeysApp,
} from '../../support/passkeys-app.js';
import {
  encodeCbor,
  type CborValue,
  type CreationOptions,
  type Deviation,
} from '../../support/software-authenticator.js';

let app: PasskeysApp;

afterEach(() => app.close());

async function loggedIn({ email: identity, password } = ada): Promise<CookieJar> {
  const jar = app.jar();
  expect((await send(jar, '/auth/login', { identity, password })).status).toBe(200);
  return jar;
}

interface Listed {
  readonly id: string;
  readonly name: string | null;
  readonly lastUsedAt: string | null;
}

const listOf = async (jar: CookieJar): Promise<Listed[]> => (await jar.json('/auth/passkeys')) as Listed[];

describe.each(inTurn(platforms))('passkeys on %s', (platform) => {
  it('C2-78: are added, listed, renamed and deleted, in JSON', async () => {
    app = await startPasskeys({}, { platform });
    const authenticator = app.authenticator();
    const jar = await loggedIn();
    const { flow, options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
    expect(options).toMatchObject({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rp: { id: 'localhost', name: expect.stringMatching(/^localhost/) },
      user: { id: expect.stringMatching(/^[\w-]{43}$/), name: 'Ada@Example.com', displayName: 'Ada@Example.com' },
      attestation: 'none',
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    });
    const credential = authenticator.create(options);
    const added = await send(jar, '/auth/passkeys', { flow, credential, name: '  My key – 1 ' });
    expect(added).toEqual({
      status: 201,
      body: {
        passkey: {
          id: expect.any(String),
          name: 'My key – 1',
          createdAt: expect.any(String),
          lastUsedAt: null,
          isSyncable: false,
          isBackedUp: false,
          transports: ['internal', 'hybrid'],
        },
        signal: {
          rpId: 'localhost',
          userId: options.user.id,
          name: 'Ada@Example.com',
          displayName: 'Ada@Example.com',
          allAcceptedCredentialIds: [authenticator.passkeys[0]?.id],
        },
      },
    });
    const [listed] = await listOf(jar);
    expect(listed).toEqual(added.body['passkey']);
    const path = `/auth/passkeys/${listed?.id ?? ''}`;
    expect(await send(jar, path, { name: 'Key_2' }, 'PATCH')).toMatchObject({
      status: 200,
      body: { passkey: { name: 'Key_2' }, signal: { rpId: 'localhost' } },
    });
    expect((await logInWith(app.jar(), authenticator)).status).toBe(200);
    expect(await listOf(jar)).toMatchObject([{ name: 'Key_2', lastUsedAt: expect.any(String) }]);
    expect(await send(jar, path, {}, 'DELETE')).toMatchObject({
      status: 200,
      body: { status: 'deleted', credentialId: credential['id'], signal: { allAcceptedCredentialIds: [] } },
    });
    expect(await listOf(jar)).toEqual([]);
    expect((await logInWith(app.jar(), authenticator)).status).toBe(401);
  });

  it('are renamed and deleted by forms, which work without a script', async () => {
    app = await startPasskeys({}, { platform });
    const jar = await withPasskey(app, app.authenticator());
    const [listed] = await listOf(jar);
    const path = `/auth/passkeys/${listed?.id ?? ''}`;
    const renamed = await sendForm(jar, `${path}/rename`, { name: '<b>Key' });
    expect([renamed.status, renamed.headers.get('location')]).toEqual([303, '/auth/passkeys']);
    const page = await readPage(jar, '/auth/passkeys');
    expect(page.html).toContain('&lt;b&gt;Key');
    expect(page.html).not.toContain('<b>Key');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const wrong = await sendForm(jar, `${path}/rename`, { name: ' ' });
    expect(wrong.status).toBe(400);
    const deleted = await sendForm(jar, `${path}/delete`, {});
    expect([deleted.status, deleted.headers.get('location')]).toEqual([303, '/auth/passkeys']);
    expect(await listOf(jar)).toEqual([]);
  });

  it('of a change end the other sessions, keep this one under a new id, and are told to the owner by mail', async () => {
    app = await startPasskeys({}, { platform });
    const other = await loggedIn();
    const jar = await loggedIn();
    const before = jar.header;
    expect((await addPasskey(jar, app.authenticator(), {}, { name: 'Key' })).status).toBe(201);
    expect(jar.header).not.toBe(before);
    expect(await jar.json('/me')).toEqual({ me: 'Ada@Example.com' });
    expect(await other.json('/me')).toEqual({ me: null });
    const mail = await app.box.mail();
    expect(mail).toMatchObject({ kind: 'factor-changed', to: 'Ada@Example.com' });
    expect(mail.text).toContain('Key');
    const [listed] = await listOf(jar);
    await send(jar, `/auth/passkeys/${listed?.id ?? ''}`, {}, 'DELETE');
    expect(await app.box.mail(2)).toMatchObject({ kind: 'factor-changed' });
  });
});

describe('a new passkey', () => {
  const x5c = new Map<string, CborValue>([
    ['alg', -7],
    ['sig', Buffer.alloc(8)],
    ['x5c', [Buffer.alloc(8)]],
  ]);

  const deviations: Readonly<Record<string, Deviation>> = {
    'another origin': { origin: 'https://evil.example' },
    'another relying party': { rpId: 'evil.example' },
    'a login': { type: 'webauthn.get' },
    'another challenge': { challenge: Buffer.alloc(32).toString('base64url') },
    'a page inside another site': { client: { crossOrigin: true } },
    'nobody present': { isUserPresent: false },
    'a user who is not verified': { isUserVerified: false },
    'another id than the authenticator says': { id: 'A'.repeat(22) },
    'an algorithm that was not offered': { algorithm: -65_535 },
    'one that is backed up but may not be copied': { isBackedUp: true },
    'an attestation with certificates': { attestation: { fmt: 'packed', attStmt: x5c } },
    'an attestation of another form': { attestation: { fmt: 'apple', attStmt: new Map() } },
    'an attestation that is none, with a statement': { attestation: { fmt: 'none', attStmt: x5c } },
  };

  it('C2-78: is refused with anything wrong in it, and the flow is used up', async () => {
    app = await startPasskeys();
    const jar = await loggedIn();
    for (const [name, deviation] of Object.entries(deviations)) {
      const authenticator = app.authenticator();
      const { flow, options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
      const answer = await send(jar, '/auth/passkeys', { flow, credential: authenticator.create(options, deviation) });
      expect({ name, ...answer }).toMatchObject({
        name,
        status: 400,
        body: { code: 'INPUT_INVALID', fields: { credential: ['CREDENTIAL_INVALID'] } },
      });
      const again = await send(jar, '/auth/passkeys', { flow, credential: authenticator.create(options) });
      expect(again).toMatchObject({ status: 400, body: { fields: { flow: ['FLOW_INVALID'] } } });
    }
    expect(await listOf(jar)).toEqual([]);
  });

  it('is added once with one flow, by whichever of twenty requests', async () => {
    app = await startPasskeys();
    const jar = await loggedIn();
    const authenticator = app.authenticator();
    const { flow, options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
    const credential = authenticator.create(options);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(jar.copy(), '/auth/passkeys', { flow, credential })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await listOf((await logInto(authenticator)).jar)).toHaveLength(1);
  });

  async function logInto(authenticator: ReturnType<PasskeysApp['authenticator']>): Promise<{ jar: CookieJar }> {
    const jar = app.jar();
    expect((await logInWith(jar, authenticator)).status).toBe(200);
    return { jar };
  }

  it("C2-78: is not added with another account's flow, or another session's", async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    const [adas, also, bobs] = [await loggedIn(), await loggedIn(), await loggedIn(bob)];
    for (const jar of [also, bobs]) {
      await begin(jar, '/auth/passkeys/options');
      const { flow, options } = await begin<CreationOptions>(adas, '/auth/passkeys/options');
      const answer = await send(jar, '/auth/passkeys', { flow, credential: authenticator.create(options) });
      expect(answer).toMatchObject({ status: 400, body: { fields: { flow: ['FLOW_INVALID'] } } });
    }
  });

  it('is refused if it has the id of one that exists, of whatever account, and ends no session then', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    await withPasskey(app, authenticator);
    const [jar, other] = [await loggedIn(bob), await loggedIn(bob)];
    const { flow, options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
    const copy = authenticator.create(options, {}, authenticator.passkeys[0]?.id);
    expect(await send(jar, '/auth/passkeys', { flow, credential: copy })).toMatchObject({
      status: 409,
      body: { code: 'PASSKEY_TAKEN' },
    });
    expect(await other.json('/me')).toEqual({ me: 'bob@example.com' });
  });

  it('is not proposed to an authenticator that has one, under one user handle for good', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    const jar = await withPasskey(app, authenticator);
    const [first] = authenticator.passkeys;
    const { options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
    expect(options).toMatchObject({
      user: { id: first?.handle },
      excludeCredentials: [{ id: first?.id, type: 'public-key', transports: ['internal', 'hybrid'] }],
    });
  });

  it('is not for those who are not logged in', async () => {
    app = await startPasskeys();
    expect((await send(app.jar(), '/auth/passkeys/options', {})).status).toBe(401);
    expect((await app.jar().fetch('/auth/passkeys')).status).toBe(401);
    const page = await readPage(app.jar(), '/auth/passkeys');
    expect([page.status, page.headers.get('location')]).toEqual([302, '/auth/login?next=%2Fauth%2Fpasskeys']);
  });

  it('is not made, changed or deleted by a login that was proved more than 15 minutes ago', async () => {
    let now = Date.now();
    app = await startPasskeys({}, { session: { clock: () => now } });
    const jar = await withPasskey(app, app.authenticator());
    const [listed] = await listOf(jar);
    now += 15 * 60_000 + 1;
    const path = `/auth/passkeys/${listed?.id ?? ''}`;
    for (const [url, method] of [
      ['/auth/passkeys/options', 'POST'],
      [path, 'PATCH'],
      [path, 'DELETE'],
    ] as const) {
      const answer = await send(jar, url, { name: 'Key' }, method);
      expect(answer).toMatchObject({ status: 401, body: { code: 'VERIFICATION_REQUIRED' } });
    }
  });
});

describe('the passkey of somebody else', () => {
  it('C2-78: is neither renamed nor deleted, and is not found', async () => {
    app = await startPasskeys();
    const adas = await withPasskey(app, app.authenticator());
    const bobs = await withPasskey(app, app.authenticator(), bob);
    const [listed] = await listOf(adas);
    for (const id of [listed?.id ?? '', 'unknown', '%00', 'x'.repeat(2_000)]) {
      const path = `/auth/passkeys/${id}`;
      expect(await send(bobs, path, { name: 'Mine' }, 'PATCH')).toMatchObject({ status: 404 });
      expect(await send(bobs, path, {}, 'DELETE')).toMatchObject({ status: 404 });
    }
    expect(await listOf(adas)).toHaveLength(1);
  });
});

describe('a passkey that its owner has not deleted', () => {
  it('comes back by the link of the mail, and logs in again', async () => {
    app = await startPasskeys({ recovery: true });
    const authenticator = app.authenticator();
    const jar = await withPasskey(app, authenticator);
    const [listed] = await listOf(jar);
    expect(await app.box.mail(1)).toMatchObject({ kind: 'factor-changed', data: { factor: { change: 'added' } } });
    expect((await send(jar, `/auth/passkeys/${listed?.id ?? ''}`, {}, 'DELETE')).status).toBe(200);
    const { kind, data } = await app.box.mail(2);
    expect({ kind, factor: data.factor }).toMatchObject({
      kind: 'factor-changed',
      factor: { method: 'passkey', change: 'removed' },
    });
    expect((await logInWith(app.jar(), authenticator)).status).toBe(401);
    const report = { token: data.notMe?.token, password: ada.password };
    expect(await send(app.jar(), '/auth/not-me', report)).toEqual({ status: 200, body: { status: 'restored' } });
    expect(await jar.json('/me')).toEqual({ me: null });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const { token } = (await app.box.mail(3)).data;
    expect((await send(app.jar(), '/auth/reset', { token, password: 'the phrase of the owner' })).status).toBe(200);
    expect((await logInWith(app.jar(), authenticator)).status).toBe(200);
  });
});

describe('the last passkey', () => {
  it('cannot be deleted where it is the last way in', async () => {
    app = await startPasskeys();
    const authenticator = app.authenticator();
    const jar = app.jar();
    await send(jar, '/enter-without-password', {});
    expect((await addPasskey(jar, authenticator)).status).toBe(201);
    const [listed] = await listOf(jar);
    expect(await send(jar, `/auth/passkeys/${listed?.id ?? ''}`, {}, 'DELETE')).toMatchObject({
      status: 409,
      body: { code: 'LAST_FACTOR' },
    });
    expect((await addPasskey(jar, authenticator)).status).toBe(201);
    expect((await send(jar, `/auth/passkeys/${listed?.id ?? ''}`, {}, 'DELETE')).status).toBe(200);
  });

  it('that logs in by itself cannot be deleted either, where all others are of security keys that do not', async () => {
    app = await startPasskeys({ passkeys: { enabled: true, residentKey: 'preferred' } });
    const authenticator = app.authenticator();
    const jar = app.jar();
    await send(jar, '/enter-without-password', {});
    expect((await addPasskey(jar, authenticator)).status).toBe(201);
    const { flow, options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
    const credential = { ...authenticator.create(options), clientExtensionResults: { credProps: { rk: false } } };
    expect((await send(jar, '/auth/passkeys', { flow, credential })).status).toBe(201);
    const [discoverable, other] = await listOf(jar);
    expect(await send(jar, `/auth/passkeys/${discoverable?.id ?? ''}`, {}, 'DELETE')).toMatchObject({
      status: 409,
      body: { code: 'LAST_FACTOR' },
    });
    expect((await send(jar, `/auth/passkeys/${other?.id ?? ''}`, {}, 'DELETE')).status).toBe(200);
  });
});

describe('the name of a passkey', () => {
  it.each([
    ['too long', 'a'.repeat(65), 'TOO_LONG'],
    ['too long by far', 'a'.repeat(2_000), 'TOO_LONG'],
    ['too long and not printable', '\u202e'.repeat(65), 'TOO_LONG'],
    ['not printable', 'a\u202eb', 'FIELD_INVALID'],
    ['no text', 'a\0b', 'NOT_TEXT'],
    ['blank', '   ', 'REQUIRED'],
    ['left out', undefined, 'REQUIRED'],
  ])('is refused for one reason alone if it is %s', async (_what, name, code) => {
    app = await startPasskeys({ passkeys: { enabled: true, nameLength: 64 } });
    const jar = await withPasskey(app, app.authenticator());
    const [listed] = await listOf(jar);
    expect(await send(jar, `/auth/passkeys/${listed?.id ?? ''}`, { name }, 'PATCH')).toMatchObject({
      status: 400,
      body: { fields: { name: [code] } },
    });
  });
});

function takeLargeBodies(nest: INestApplication): void {
  (nest as NestExpressApplication).useBodyParser('json', { limit: '4mb' });
}

describe('hostile input', () => {
  const wrong: readonly unknown[] = [
    ...[undefined, null, '', 7, true, [], {}, ['x'], 'x', 'x\0y', '\ud800', 'A'.repeat(1_000_000), { toString: 1 }],
  ];

  it('is rejected by its field, never with a 500, and uses nothing up', async () => {
    app = await startPasskeys({}, { prepare: takeLargeBodies });
    const authenticator = app.authenticator();
    const owner = await withPasskey(app, authenticator);
    const [listed] = await listOf(owner);
    const jar = app.jar();
    const { flow, options } = await beginLogin(jar);
    const good = authenticator.get(options);
    const response = good['response'] as object;
    for (const value of wrong) {
      const credentials = [
        value,
        ...['id', 'rawId', 'type', 'response'].map((part) => ({ ...good, [part]: value })),
        ...['clientDataJSON', 'authenticatorData', 'signature'].map((part) => ({
          ...good,
          response: { ...response, [part]: value },
        })),
      ].filter((credential) => JSON.stringify(credential) !== JSON.stringify({ ...good, rawId: undefined }));
      for (const credential of credentials) {
        const code =
          value === credential && ['', undefined, null].includes(value as string) ? 'REQUIRED' : 'CREDENTIAL_INVALID';
        const rejected = { status: 400, body: { code: 'INPUT_INVALID', fields: { credential: [code] } } };
        expect(await send(jar, '/auth/passkeys/login', { flow, credential })).toMatchObject(rejected);
        expect(await send(owner, '/auth/passkeys', { flow, credential })).toMatchObject(rejected);
      }
      const isText = value === 'x';
      const unknown = await send(jar, '/auth/passkeys/login', { flow: value, credential: good });
      expect(unknown.status).toBe(isText ? 401 : 400);
      const name = await send(owner, `/auth/passkeys/${listed?.id ?? ''}`, { name: value }, 'PATCH');
      expect(name.status).toBe(isText ? 200 : 400);
    }
    for (const body of [null, 'x', 7, []]) {
      expect((await send(app.jar(), '/auth/passkeys/login', body)).status).toBe(400);
    }
    expect((await send(jar, '/auth/passkeys/login', { flow, credential: good })).status).toBe(200);
  });

  it('in CBOR is refused, however deep', async () => {
    app = await startPasskeys();
    const jar = await loggedIn();
    const authenticator = app.authenticator();
    const deep = Buffer.alloc(20_000, 0x81).toString('base64url');
    for (const attestationObject of [deep, 'AA', Buffer.from(encodeCbor('x')).toString('base64url')]) {
      const { flow, options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
      const credential = authenticator.create(options);
      const response = { ...(credential['response'] as object), attestationObject };
      const answer = await send(jar, '/auth/passkeys', { flow, credential: { ...credential, response } });
      expect(answer).toMatchObject({ status: 400, body: { fields: { credential: ['CREDENTIAL_INVALID'] } } });
    }
  });
});
