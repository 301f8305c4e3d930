import { expect, it } from '@jest/globals';
import { Controller, createParamDecorator, Get, Post, Res, type ExecutionContext } from '@nestjs/common';
import { Session, SessionService } from 'nestjs-session-auth';
import { startApp } from '../support/app.js';
import { rawResponse, servers } from './http-table.js';
import { HeardEvents } from '../support/heard-events.js';

const Context = createParamDecorator((_: unknown, context: ExecutionContext) => context);

@Controller()
class LateController {
  constructor(private readonly sessions: SessionService) {}

  @Post('set')
  set(@Session() session: Session) {
    session.set('n', 1);
    return {};
  }

  @Get('read')
  read(@Session() session: Session) {
    return session;
  }

  @Get('late')
  async late(@Context() context: ExecutionContext, @Res() response: object) {
    const raw = rawResponse(response);
    raw.writeHead(200, { 'content-type': 'text/plain' }).write('begun ');
    const session = await this.sessions.get(context);
    session.set('late', true);
    raw.end(JSON.stringify(session));
  }
}

it.each(servers)('a session that is asked for when the head is out: %s', async (platform) => {
  const heard = new HeardEvents();
  const running = await startApp({ platform, session: { observer: heard.observer }, controllers: [LateController] });
  const jar = running.jar();
  await jar.fetch('/set', { method: 'POST' });
  const response = await jar.fetch('/late');
  expect(await response.text()).toBe('begun {"n":1,"late":true}');
  expect(await jar.json('/read')).toEqual({ n: 1, late: true });
  expect(await (await running.jar().fetch('/late')).text()).toBe('begun {"late":true}');
  expect(heard.names).toEqual(['created', 'droppedChange']);
  await running.close();
});
