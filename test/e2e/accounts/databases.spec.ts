import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import { AccountRepository, AccountsService, KyselyAccountRepository } from 'nestjs-session-auth/accounts';
import { sqlSubjects } from '../../contract/sql-subjects.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const renewed = 'an entirely new phrase';

describe.each(sqlSubjects)('accounts on $name', (subject) => {
  let kysely: Kysely<object>;
  let app: AccountsApp;

  beforeAll(async () => {
    await subject.start();
    kysely = subject.kysely();
    app = await startAccounts({ recovery: true, repository: new KyselyAccountRepository(kysely) });
    await app.app.get(AccountsService).create(ada);
  });

  afterAll(async () => {
    await app.close();
    await kysely.destroy();
    await subject.stop();
  });

  it('log in with their password, and with no other', async () => {
    expect((await send(app.jar(), '/auth/login', { identity: ada.email, password: renewed })).status).toBe(401);
    expect((await send(app.jar(), '/auth/login', { identity: 'ADA@example.com', password: ada.password })).status).toBe(
      200,
    );
  });

  it('C2-48: are reset once by a link, by twenty requests at once as well', async () => {
    await send(app.jar(), '/auth/recover', { email: ada.email });
    const { token } = (await app.box.mail()).data;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(app.jar(), '/auth/reset', { token, password: renewed })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await send(app.jar(), '/auth/login', { identity: ada.email, password: ada.password })).status).toBe(401);
    expect((await send(app.jar(), '/auth/login', { identity: ada.email, password: renewed })).status).toBe(200);
    const stored = await app.app.get(AccountRepository).findBy('email', '1:ada@example.com');
    expect(stored).toMatchObject({ epoch: 1, emailConfirmedAt: expect.any(Date) });
    expect(stored?.password).toMatch(/^\$argon2id\$/);
  });
});
