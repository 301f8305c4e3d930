import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { Session, SessionService } from 'nestjs-session-auth';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { until } from '../support/until.js';

const seen: unknown[] = [];

@Controller()
class NameController {
  @Get('name')
  name(@Session() session: Session): object {
    session.set('name', 'ann');
    return {};
  }
}

@WebSocketGateway({ path: '/live' })
class LiveGateway implements OnGatewayConnection {
  constructor(private readonly sessions: SessionService) {}

  async handleConnection(): Promise<void> {
    await turn();
    const session = await this.sessions.current();
    seen.push(session?.get('name') ?? null);
  }
}

describe.each(platforms)('the request context behind a proxy that keeps its connections, on %s', (platform) => {
  let running: RunningApp | null = null;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const upgraded: Duplex[] = [];

  afterEach(async () => {
    for (const socket of upgraded.splice(0)) socket.destroy();
    agent.destroy();
    await running?.close();
    running = null;
  });

  async function start(isWithGateway: boolean): Promise<string> {
    running = await startApp({
      platform,
      session: { requestContext: true },
      controllers: [NameController],
      providers: isWithGateway ? [LiveGateway] : [],
      prepare: (app) => void app.useWebSocketAdapter(new WsAdapter(app)),
    });
    return running.url;
  }

  it('does not show the request before it to what handles a WebSocket', async () => {
    const url = await start(true);
    seen.length = 0;
    const [response] = (await once(request(`${url}/name`, { agent }).end(), 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    await turn();
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    };
    const handshake = request(`${url}/live`, { agent, headers }).end();
    const [answer, socket] = (await once(handshake, 'upgrade')) as [IncomingMessage, Duplex];
    upgraded.push(socket);
    expect(answer.statusCode).toBe(101);
    expect(handshake.reusedSocket).toBe(true);
    await until('the gateway has it', () => seen.length > 0);
    expect(seen).toEqual([null]);
  });

  it('leaves a handshake to the routes where nothing else takes it', async () => {
    const url = await start(false);
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const [response] = (await once(request(`${url}/name`, { agent, headers }).end(), 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    await once(response.resume(), 'end');
  });
});
