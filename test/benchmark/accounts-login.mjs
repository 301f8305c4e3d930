/**
 * The processor time of a login with a password, and how much of it is argon2id. Run it after the library is built to `dist/`:
 *
 *     node test/benchmark/accounts-login.mjs [logins]
 *
 * The application is a process of its own, so that the client's work does not count.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';

const logins = Number(process.argv[2] ?? 200);
const warmUp = 20;
const account = { email: 'ada@example.com', password: 'a long enough phrase' };

if (process.send === undefined) await measure();
else await serve();

async function measure() {
  const child = fork(import.meta.filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [{ port }] = await once(child, 'message');
  for (let login = 0; login < warmUp; login++) await logIn(port);
  const atLogins = await timed(child, 'cpu', async () => {
    for (let login = 0; login < logins; login++) await logIn(port);
  });
  const [{ micros: atHashes }] = await asked(child, { hashes: logins });
  const beside = (atLogins - atHashes) / logins / 1_000;
  console.log(`${String(logins)} logins: ${ms(atLogins)} ms of processor time each`);
  console.log(`argon2id alone: ${ms(atHashes)} ms each`);
  console.log(`beside argon2id: ${beside.toFixed(2)} ms each; ratio ${(atLogins / atHashes).toFixed(3)}`);
  child.kill();
}

function ms(micros) {
  return (micros / logins / 1_000).toFixed(2);
}

async function timed(child, question, work) {
  const [{ micros: before }] = await asked(child, { question });
  await work();
  const [{ micros: after }] = await asked(child, { question });
  return after - before;
}

function asked(child, question) {
  const answer = once(child, 'message');
  child.send(question);
  return answer;
}

async function logIn(port) {
  const response = await fetch(`http://127.0.0.1:${String(port)}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ identity: account.email, password: account.password }),
  });
  if (response.status !== 200) throw new Error(`A login was answered with ${String(response.status)}.`);
  await response.arrayBuffer();
}

async function serve() {
  await import('reflect-metadata');
  const { Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { SessionModule } = await import('../../dist/index.js');
  const { AccountsModule, AccountsService, PasswordService } = await import('../../dist/accounts.js');
  class Application {}
  Module({
    imports: [
      SessionModule.forRoot({ type: 'memory', secretKey: 'only for this benchmark, and 32 bytes long' }),
      AccountsModule.forRoot({ tracking: true }),
    ],
  })(Application);
  const app = await NestFactory.create(Application, { logger: false });
  await app.get(AccountsService).create(account);
  await app.listen(0, '127.0.0.1');
  const passwords = app.get(PasswordService);
  const hash = await passwords.hash(account.password);
  process.on('message', ({ hashes = 0 }) => {
    void answer(hashes);
  });
  process.send({ port: app.getHttpServer().address().port });

  async function answer(hashes) {
    const before = hashes === 0 ? 0 : cpu();
    for (let at = 0; at < hashes; at++) await passwords.verify(hash, account.password);
    process.send({ micros: cpu() - before });
  }
}

function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
