import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { send } from '../../support/accounts-app.js';
import { ada, addPasskey, begin, bob, startPasskeys, type PasskeysApp } from '../../support/passkeys-app.js';
import type { RequestOptions, SoftwareAuthenticator } from '../../support/software-authenticator.js';

let app: PasskeysApp;
let authenticator: SoftwareAuthenticator;

beforeAll(async () => {
  // Whose mailbox stands in for a second factor.
  app = await startPasskeys({ tokens: true, mailAsSecondFactor: ({ email }) => email === bob.email });
  authenticator = app.authenticator();
  const owner = app.jar();
  await send(owner, '/auth/login', { identity: ada.email, password: ada.password });
  expect((await addPasskey(owner, authenticator)).status).toBe(201);
});
afterAll(() => app.close());

async function pendingOf({ email, password }: typeof ada, methods: readonly string[]): Promise<unknown> {
  const { status, body } = await send(app.jar(), '/auth/token', { identity: email, password });
  expect([status, body]).toEqual([200, { status: 'second-factor', methods, pending: expect.any(String) }]);
  return body['pending'];
}

const prove = (proof: object) => send(app.jar(), '/auth/token', proof);

describe('the second factor of a login in tokens', () => {
  it('is a passkey as well, in a ceremony of its own, once', async () => {
    const [pending, other] = [await pendingOf(ada, ['passkey']), await pendingOf(ada, ['passkey'])];
    const ceremonyOf = () => begin<RequestOptions>(app.jar(), '/auth/token/options', { pending, method: 'passkey' });
    const { flow, options } = await ceremonyOf();
    const elsewhere = { pending: other, method: 'passkey', flow, credential: authenticator.get(options) };
    expect((await prove(elsewhere)).body).toMatchObject({ statusCode: 401, code: 'CODE_WRONG' });
    const again = await ceremonyOf();
    const proof = { pending, method: 'passkey', flow: again.flow, credential: authenticator.get(again.options) };
    expect((await prove(proof)).body).toMatchObject({ status: 'in', accessToken: expect.any(String) });
    expect((await prove(proof)).body).toMatchObject({ code: 'NOTHING_PENDING' });
  });

  it('is a code that is sent as well, to the login that has asked for it', async () => {
    const [pending, other] = [await pendingOf(bob, ['code']), await pendingOf(bob, ['code'])];
    expect((await send(app.jar(), '/auth/token/send', { pending, method: 'code' })).status).toBe(202);
    await app.app.get(AfterAnswer).settled(60_000);
    const code = app.box.mails.findLast(({ kind }) => kind === 'code')?.data.code;
    expect(code).toEqual(expect.any(String));
    expect((await prove({ pending: other, method: 'code', code })).body).toMatchObject({ code: 'CODE_WRONG' });
    expect((await prove({ pending, method: 'code', code })).body).toMatchObject({ status: 'in' });
  });

  it('is asked of no one who has no login that waits', async () => {
    for (const path of ['/auth/token/send', '/auth/token/options']) {
      for (const [pending, code] of [
        [undefined, 'INPUT_INVALID'],
        [7, 'INPUT_INVALID'],
        ['A'.repeat(65), 'NOTHING_PENDING'],
      ] as const) {
        expect((await send(app.jar(), path, { pending, method: 'passkey' })).body).toMatchObject({ code });
      }
    }
  });
});
