import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { CurrentUser, SessionAuthGuard, type SessionEventOf } from 'nestjs-session-auth';
import {
  AccountsService,
  KyselyAccountRepository,
  MemoryAccountRepository,
  type Account,
  type AccountRepository,
  type Credential,
} from 'nestjs-session-auth/accounts';
import { sqlSubjects } from '../../contract/sql-subjects.js';
import { send, startAccounts, type AccountsApp, type JsonAnswer } from '../../support/accounts-app.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const many = 20;

@Controller()
@UseGuards(SessionAuthGuard)
class MeController {
  @Get('me')
  me(@CurrentUser() account: Account) {
    return { me: account.email };
  }
}

let app: AccountsApp;
let now: number;
let ended: SessionEventOf<'tokensEnded'>[];
let credentials: () => Promise<readonly Credential[]>;

async function start(repository: AccountRepository): Promise<void> {
  now = Date.now();
  ended = [];
  app = await startAccounts(
    { repository, tokens: true },
    {
      controllers: [MeController],
      session: { clock: () => now, observer: { tokensEnded: (event) => ended.push(event) } },
    },
  );
  const { id } = await app.app.get(AccountsService).create(ada);
  credentials = () => repository.credentials(id, 'token');
}

/** How many further reads of tokens wait for one another, so that as many requests know the same row. */
let missing = 0;
let release = (): void => undefined;
let gathered = Promise.resolve();

function gather(reads: number): void {
  missing = reads;
  gathered = new Promise((resolve) => (release = resolve));
}

function gathering<Repository extends AccountRepository>(repository: Repository): Repository {
  const found = repository.findOwned?.bind(repository);
  if (found === undefined) throw new Error('It cannot find a credential with its account.');
  repository.findOwned = async (...args) => {
    const result = await found(...args);
    if (missing > 0 && --missing === 0) release();
    await gathered;
    return result;
  };
  return repository;
}

const refresh = (refreshToken: unknown) => send(app.jar(), '/auth/token/refresh', { refreshToken });

function pairsIn(answers: readonly JsonAnswer[]): Set<string> {
  return new Set(
    answers.map(
      ({ status, body }) => `${String(status)} ${String(body['accessToken'])} ${String(body['refreshToken'])}`,
    ),
  );
}

async function refreshedAtOnce(): Promise<{ readonly former: unknown; readonly answers: readonly JsonAnswer[] }> {
  const { refreshToken } = (await send(app.jar(), '/auth/token', { identity: ada.email, password: ada.password })).body;
  gather(many);
  const answers = await Promise.all(Array.from({ length: many }, () => refresh(refreshToken)));
  return { former: refreshToken, answers };
}

async function expectOneChain(): Promise<void> {
  const { former, answers } = await refreshedAtOnce();
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(many).fill(200));
  expect(pairsIn(answers).size).toBe(1);
  expect(await credentials()).toHaveLength(1);
  const headers = { authorization: `Bearer ${String(answers[0]?.body['accessToken'])}` };
  expect((await app.jar().fetch('/me', { headers })).status).toBe(200);
  expect(ended).toEqual([]);
  now += 60_000;
  // A copy, however often it is used at once: one alarm.
  gather(many);
  const late = await Promise.all(Array.from({ length: many }, () => refresh(former)));
  expect(late.map(({ status }) => status)).toEqual(Array<number>(many).fill(401));
  expect(ended.map(({ reason }) => reason)).toEqual(['copied']);
  expect(await credentials()).toEqual([]);
}

describe('twenty refreshes of one token at once, in memory', () => {
  afterEach(() => app.close());

  it('lead to one successor, and used later, to one alarm', async () => {
    await start(gathering(new MemoryAccountRepository({ now: () => now })));
    await expectOneChain();
  });

  it('lead to several where the repository does not compare and set', async () => {
    const repository = gathering(new MemoryAccountRepository({ now: () => now }));
    await start(repository);
    const update = repository.updateCredential.bind(repository);
    repository.updateCredential = async (credential, expected) => {
      let result = await update(credential, expected);
      while ('conflict' in result) result = await update(credential, result.conflict.version);
      return result;
    };
    const { answers } = await refreshedAtOnce();
    expect(pairsIn(answers).size).toBe(many);
  });
});

describe.each(sqlSubjects)('on $name', (subject) => {
  let kysely: Kysely<object>;

  beforeAll(async () => {
    await subject.start();
    kysely = subject.kysely();
  });
  afterAll(async () => {
    await app.close();
    await kysely.destroy();
    await subject.stop();
  });

  it('twenty refreshes of one token at once lead to one successor, and used later, to one alarm', async () => {
    await start(gathering(new KyselyAccountRepository(kysely, { now: () => now })));
    await expectOneChain();
  });
});
