import { afterEach, expect, it } from '@jest/globals';
import { Controller, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Payload, RpcException, Transport } from '@nestjs/microservices';
import { AuthService, CsrfGuard, Public, Session, SessionAuthGuard, SessionService } from 'nestjs-session-auth';
import { firstValueFrom } from 'rxjs';
import { platforms, startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { freePort } from '../support/servers/server-process.js';

@Controller()
class OrdersController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionService,
  ) {}

  @Public()
  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return {};
  }

  @Public()
  @MessagePattern('mine')
  async mine(@Payload() { cookie }: { readonly cookie: string }) {
    const open = await this.sessions.open(cookie, { userAgent: 'node' });
    if (open.userId === null) throw new RpcException({ code: 'UNAUTHENTICATED' });
    return { of: open.userId };
  }

  @MessagePattern('forgotten')
  forgotten() {
    return 'let in';
  }
}

let running: RunningApp;
afterEach(() => running.close());

async function start(platform: PlatformName, inheritAppConfig: boolean): Promise<number> {
  const port = await freePort();
  running = await startApp({
    platform,
    controllers: [OrdersController],
    providers: [
      { provide: APP_GUARD, useExisting: CsrfGuard },
      { provide: APP_GUARD, useExisting: SessionAuthGuard },
    ],
    prepare: async (app) => {
      const options = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
      app.connectMicroservice(options, { inheritAppConfig });
      await app.startAllMicroservices();
    },
  });
  return port;
}

async function send(port: number, pattern: string, data: object): Promise<unknown> {
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  try {
    return await firstValueFrom(client.send<unknown>(pattern, data)).catch((error: unknown) => ({ error }));
  } finally {
    await client.close();
  }
}

it.each(inTurn(platforms))(
  'opens the session of the browser that a message is for, in a hybrid application on %s',
  async (platform) => {
    const port = await start(platform, true);
    const jar = running.jar();
    await jar.fetch('/login', { method: 'POST', headers: { 'user-agent': 'node', 'sec-fetch-site': 'same-origin' } });
    expect(await send(port, 'mine', { cookie: jar.header })).toEqual({ of: 7 });
    expect(await send(port, 'mine', { cookie: '' })).toEqual({ error: { code: 'UNAUTHENTICATED' } });
  },
);

it.each([
  [true, { error: { status: 'error', message: 'Internal server error' } }],
  [false, 'let in'],
])('applies global guards to messages if the configuration is inherited: %s', async (isInherited, answer) => {
  const port = await start('express', isInherited);
  expect(await send(port, 'forgotten', {})).toEqual(answer);
});
