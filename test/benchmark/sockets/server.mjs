/**
 * One node of an application with a gateway on ws, in a process of its own. It tells its parent its port, and does what that asks.
 *
 * Its argument: `{ session, store, url }`, where `session: false` leaves the package out.
 */
import 'reflect-metadata';
import { Controller, Module, Post, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { WsAdapter } from '@nestjs/platform-ws';
import { ConnectedSocket, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthService, CurrentUser, Session, SessionAuthGuard, SessionModule } from '../../../dist/index.js';
import { SECRET } from '../apps/data.mjs';

const { session, store, url } = JSON.parse(process.argv[2]);

/** Decorates what TypeScript would. */
function method(type, name, decorators, parameters = []) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  for (const [index, decorator] of parameters.entries()) decorator(type.prototype, name, index);
  for (const decorator of decorators) decorator(type.prototype, name, descriptor);
}

class Gateway {
  echo(client) {
    return { event: 'reply', data: typeof client };
  }

  who(id) {
    return { event: 'reply', data: id };
  }
}
method(Gateway, 'echo', [SubscribeMessage('echo')], [ConnectedSocket()]);
if (session) {
  method(Gateway, 'who', [SubscribeMessage('who')], [CurrentUser('id')]);
  UseGuards(SessionAuthGuard)(Gateway);
}
WebSocketGateway({ path: '/socket' })(Gateway);

class Accounts {
  constructor(auth) {
    this.auth = auth;
  }

  async login(current) {
    // The id is in the header, so that every login is another user's.
    await this.auth.login(current, `user-${(Accounts.logins += 1)}`);
    return {};
  }
}
Accounts.logins = 0;
method(Accounts, 'login', [Post('login')], [Session()]);
Reflect.defineMetadata('design:paramtypes', [AuthService], Accounts);
Controller()(Accounts);

class App {}
const options =
  store === 'redis' ? { type: 'redis', redis: { url } } : { type: 'sql', sql: { url, createTable: true } };
Module({
  imports: session ? [SessionModule.forRoot({ secretKey: SECRET, ...options })] : [],
  controllers: session ? [Accounts] : [],
  providers: [Gateway],
})(App);

const app = await NestFactory.create(App, new ExpressAdapter(), { logger: ['error'] });
app.useWebSocketAdapter(new WsAdapter(app));
const server = await app.listen(0, '127.0.0.1');
process.send({ port: server.address().port });

const now = () => performance.timeOrigin + performance.now();
const answers = {
  /** What the process holds, in bytes. */
  memory: () => {
    for (let turn = 0; turn < 4; turn += 1) globalThis.gc();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return { bytes: heapUsed + external + arrayBuffers };
  },
  cpu: () => process.cpuUsage(),
  /** Ends everything of these users, one after the other: when each was asked for. */
  end: async ({ users }) => {
    const auth = app.get(AuthService);
    const times = [];
    for (const user of users) {
      times.push(now());
      await auth.logoutEverywhere(user);
    }
    return { times };
  },
};
process.on('message', async ({ ask, ...about }) => process.send({ ask, ...(await answers[ask](about)) }));
process.on('disconnect', () => process.exit());
