/**
 * An application with accounts, in a process of its own: what it does after an answer is not in the way of the client's clock. It tells
 * its parent its port; and, for each message `{ verify }`, the processor time that it has used, in ms, after it has checked a password that often.
 *
 * Its argument: `{ postgres, known }`, where `postgres` is a URL, or null for memory, and `known` the addresses that have an account.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import pg from 'pg';
import { SessionModule } from '../../../dist/index.js';
import { AccountsModule, AccountsService, KyselyAccountRepository, PasswordService } from '../../../dist/accounts.js';
import { SECRET } from '../apps/data.mjs';

const { postgres, known } = JSON.parse(process.argv[2]);

/** Counts nothing: what is measured is not how many attempts there may be. */
const unlimited = { take: () => Promise.resolve({ taken: null }) };
const most = { perRecipient: 1_000, perDay: 10_000, perAddress: 1_000_000 };

class AppModule {}
Module({
  imports: [
    SessionModule.forRoot({
      secretKey: SECRET,
      type: 'memory',
      memory: { maxSessions: 1_000_000 },
      limiter: { storage: unlimited, addressAttempts: null },
    }),
    AccountsModule.forRoot({
      ...(postgres === null
        ? {}
        : { repository: new KyselyAccountRepository(new pg.Pool({ connectionString: postgres })) }),
      mailer: { send: () => undefined },
      mail: { queueSize: 1_000_000 },
      sending: most,
      registration: true,
      confirmation: true,
      recovery: true,
      mailLogin: true,
    }),
  ],
})(AppModule);

const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false, abortOnError: false });
await app.listen(0, '127.0.0.1');
const accounts = app.get(AccountsService);
const password = 'a long enough phrase';
for (const email of known) await accounts.create({ email, password });
const passwords = app.get(PasswordService);
const hash = await passwords.hash(password);
process.on('message', async ({ verify }) => {
  for (let count = 0; count < verify; count++) await passwords.verify(hash, password);
  const { user, system } = process.cpuUsage();
  process.send({ processor: (user + system) / 1_000 });
});
process.send({ port: app.getHttpServer().address().port });
process.on('disconnect', () => process.exit());
