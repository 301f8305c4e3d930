import { afterEach, expect, it } from '@jest/globals';
import { Controller, Module, UseGuards, type INestApplication, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport, type TcpOptions } from '@nestjs/microservices';
import { SessionAuthGuard, SessionModule } from 'nestjs-session-auth';
import { firstValueFrom } from 'rxjs';
import { testSecret } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { freePort } from '../support/servers/server-process.js';

@Controller()
class MessageController {
  @MessagePattern('guarded')
  @UseGuards(SessionAuthGuard)
  guarded() {
    return 'let in';
  }
}

@Module({
  imports: [SessionModule.forRoot({ type: 'memory', secretKey: testSecret })],
  controllers: [MessageController],
})
class MessageModule {}

let running: INestApplication | INestMicroservice;
afterEach(() => running.close());

async function answerAt(port: number): Promise<unknown> {
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  try {
    return await firstValueFrom(client.send<unknown>('guarded', {})).catch((error: unknown) => ({ error }));
  } finally {
    await client.close();
  }
}

it.each(['a microservice', 'a hybrid application', 'a hybrid application that inherits its configuration'])(
  'whoever sends a message that a guard refuses gets an error, from %s',
  async (kind) => {
    const port = await freePort();
    const logger = new CapturedLogger();
    const server: TcpOptions = { transport: Transport.TCP, options: { host: '127.0.0.1', port } };
    if (kind === 'a microservice') {
      const service = await NestFactory.createMicroservice(MessageModule, { ...server, logger });
      running = service;
      await service.listen();
    } else {
      const app = await NestFactory.create(MessageModule, { logger });
      running = app;
      app.connectMicroservice(server, { inheritAppConfig: kind.endsWith('configuration') });
      await app.startAllMicroservices();
      await app.init();
    }
    expect(await answerAt(port)).toEqual({ error: { status: 'error', message: 'Internal server error' } });
    // The reason is for the operator.
    expect(logger.text).toContain('There is no session in a context of type "rpc"');
  },
);
