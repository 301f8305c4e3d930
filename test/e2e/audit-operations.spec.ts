import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Injectable,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { APP_GUARD, ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { Field, ObjectType, Query, ResolveField, ResolveReference, Resolver, Subscription } from '@nestjs/graphql';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { WebSocket } from 'ws';
import { CsrfGuard, LoginGuard, Public, Roles, SessionAuthGuard, SessionConfigError } from 'nestjs-session-auth';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { auditOf } from '../../lib/auth/audit/route-audit.js';
import type { HandlerReport } from '../../lib/auth/audit/handler-report.js';
import { startApp, type RunningApp } from '../support/app.js';
import { isNest12 } from '../support/nest-version.js';
import { operate, startGraphql, type GraphqlSetup } from './graphql/graphql-app.js';

let running: RunningApp | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

function started(): RunningApp {
  if (running === null) throw new Error('Nothing runs.');
  return running;
}

/** What the audit tells of the running application, by class and method. */
function reports(): Readonly<Record<string, HandlerReport>> {
  const { app } = started();
  const audited = { modules: app.get(ModulesContainer), config: app.get(ApplicationConfig), isPreview: false };
  return Object.fromEntries(auditOf(audited).handlers.map((report) => [report.handler, report]));
}

const apollo = { server: 'apollo', platform: 'express' } as const;

async function graphql(setup: GraphqlSetup = {}): Promise<Readonly<Record<string, HandlerReport>>> {
  running = await startGraphql(apollo, setup);
  return reports();
}

describe('the audit of resolvers', () => {
  it('knows queries and mutations, their guards, and what they require', async () => {
    const found = await graphql();
    expect(found['CounterResolver.counter()']).toMatchObject({
      kind: 'query',
      method: null,
      paths: ['counter'],
      access: 'unguarded',
      csrf: null,
    });
    expect(found['CounterResolver.counting()']).toMatchObject({ kind: 'mutation', access: 'unguarded', csrf: 'none' });
    expect(found['GuardedResolver.secret()']).toMatchObject({
      access: 'login',
      guards: [{ name: 'SessionAuthGuard', on: 'class', requiresLogin: true, runs: true }],
    });
    expect(found['GuardedResolver.open()']).toMatchObject({ access: 'public' });
    expect(found['GuardedResolver.administration()']).toMatchObject({ roles: [{ names: ['admin'], mode: 'all' }] });
    expect(found['AccountResolver.login()']).toMatchObject({ kind: 'mutation', access: 'public' });
  });

  it('knows that guards of the whole application run before them', async () => {
    const providers = [
      { provide: APP_GUARD, useClass: CsrfGuard },
      { provide: APP_GUARD, useClass: SessionAuthGuard },
    ];
    const found = await graphql({ providers });
    expect(found['CounterResolver.counting()']).toMatchObject({ access: 'login', csrf: 'checked' });
    const { errors } = await operate(started().jar(), '{ counter { start } }');
    expect(errors).toHaveLength(1);
  });

  it('reports the guard of a field that Nest does not run, and that the field is open', async () => {
    const found = await graphql();
    expect(found['CounterResolver.owner()']).toMatchObject({
      kind: 'field',
      paths: ['Counter.owner'],
      access: 'unguarded',
      guards: [{ name: 'SessionAuthGuard', on: 'handler', requiresLogin: true, runs: false }],
    });
    expect(found['CounterResolver.seen()']).toMatchObject({ kind: 'field', access: 'parent', guards: [] });
    const { data } = await operate(started().jar(), '{ counter { owner } }');
    expect(data).toEqual({ counter: { owner: 'of null' } });
  });

  it('knows that fieldResolverEnhancers has Nest run it', async () => {
    const found = await graphql({ graphql: { fieldResolverEnhancers: ['guards'] } });
    expect(found['CounterResolver.owner()']).toMatchObject({ access: 'login', guards: [{ runs: true }] });
    expect(found['CounterResolver.seen()']).toMatchObject({ access: 'parent' });
    const { errors } = await operate(started().jar(), '{ counter { owner } }');
    expect(errors).toHaveLength(1);
  });

  it('knows subscriptions and references of a federation, which anyone can ask for', async () => {
    @ObjectType()
    class Cat {
      @Field(() => String)
      id!: string;
    }

    @Resolver(() => Cat)
    @UseGuards(SessionAuthGuard)
    class CatResolver {
      @Query(() => Cat)
      cat() {
        return { id: '1' };
      }

      @Subscription(() => Cat, { name: 'catsBorn' })
      born() {
        return null;
      }

      @ResolveReference()
      reference() {
        return { id: '1' };
      }

      @ResolveField('nick', () => String)
      nickname() {
        return '';
      }
    }
    running = await startApp({ providers: [CatResolver] });
    const found = reports();
    expect(found['CatResolver.born()']).toMatchObject({ kind: 'subscription', paths: ['catsBorn'], access: 'login' });
    expect(found['CatResolver.reference()']).toMatchObject({ kind: 'reference', access: 'unguarded' });
    expect(found['CatResolver.nickname()']).toMatchObject({ kind: 'field', paths: ['Cat.nick'], access: 'parent' });
  });

  it('refuses to start an application with an open field, and says why it is open', async () => {
    const providers = [{ provide: APP_GUARD, useClass: SessionAuthGuard }];
    const error: unknown = await graphql({ providers, session: { audit: 'refuse' } }).catch((error: unknown) => error);
    if (!(error instanceof SessionConfigError)) throw new Error(`Not refused: ${String(error)}`);
    expect(error.problems).toEqual([
      {
        setting: 'CounterResolver.owner() (field Counter.owner)',
        problem: expect.stringContaining("unless fieldResolverEnhancers of GraphQLModule has 'guards'"),
      },
    ]);
  });
});

describe('the audit of gateways', () => {
  @WebSocketGateway()
  class ChatGateway {
    @SubscribeMessage('shout')
    shout() {
      return { event: 'shouted', data: 1 };
    }

    @SubscribeMessage('whisper')
    @Roles('member')
    whisper() {
      return 1;
    }

    @SubscribeMessage('hello')
    @Public()
    hello() {
      return 1;
    }
  }

  const ws = { prepare: (app: INestApplication) => void app.useWebSocketAdapter(new WsAdapter(app)) };

  /** What a client gets for a message, or the status with which it may not connect. */
  async function shouted(): Promise<unknown> {
    const socket = new WebSocket(started().url.replace('http', 'ws'));
    try {
      const refused = once(socket, 'unexpected-response').then(([, response]: unknown[]) => response);
      const first = await Promise.race([once(socket, 'open'), refused]);
      if (!Array.isArray(first)) return (first as IncomingMessage).statusCode;
      socket.send(JSON.stringify({ event: 'shout' }));
      const [answer] = (await once(socket, 'message')) as [Buffer];
      return (JSON.parse(answer.toString()) as { event: unknown }).event;
    } finally {
      socket.terminate();
    }
  }

  it('knows their messages, and which of them anyone may send', async () => {
    running = await startApp({ ...ws, providers: [ChatGateway] });
    const found = reports();
    expect(found['ChatGateway.shout()']).toMatchObject({
      kind: 'gateway',
      method: null,
      paths: ['shout'],
      access: 'unguarded',
      guards: [],
      csrf: null,
    });
    expect(found['ChatGateway.whisper()']).toMatchObject({
      access: 'login',
      guards: [{ name: 'SessionAuthGuard', on: 'handler', runs: true }],
      roles: [{ names: ['member'], mode: 'all' }],
    });
    expect(found['ChatGateway.hello()']).toMatchObject({ access: 'public' });
    expect(await shouted()).toBe('shouted');
  });

  it('knows that a guard of the whole application is checked when a client connects, whatever it then sends', async () => {
    const providers = [ChatGateway, { provide: APP_GUARD, useClass: SessionAuthGuard }];
    running = await startApp({ ...ws, providers });
    const found = reports();
    for (const method of ['shout', 'whisper', 'hello']) {
      expect(found[`ChatGateway.${method}()`]).toMatchObject({
        access: 'login',
        guards: expect.arrayContaining([
          { name: 'SessionAuthGuard', on: 'application', requiresLogin: true, runs: true },
        ]),
      });
    }
    expect(await shouted()).toBe(401);
  });

  describe('with a guard of the whole application that is no SessionAuthGuard', () => {
    const calls: string[] = [];

    @LoginGuard()
    class KeyGuard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        calls.push(context.getType());
        return true;
      }
    }

    @Injectable({ scope: Scope.REQUEST })
    class ScopedGuard extends KeyGuard {}

    beforeEach(() => {
      calls.length = 0;
    });

    it.each([
      ['that exists once, which Nest 12 runs before messages, and Nest 11 does not', KeyGuard, isNest12],
      ['that exists once for each request, which Nest does not run before messages', ScopedGuard, false],
    ])('counts one %s', async (_, type, runs) => {
      const scope = type === ScopedGuard ? Scope.REQUEST : Scope.DEFAULT;
      const providers = [ChatGateway, { provide: APP_GUARD, useClass: type, scope }];
      running = await startApp({ ...ws, providers });
      const guard = { name: type.name, on: 'application', requiresLogin: true, runs: true };
      expect(reports()['ChatGateway.shout()']).toMatchObject({
        access: runs ? 'login' : 'unguarded',
        guards: runs ? [guard] : [],
      });
      expect(await shouted()).toBe('shouted');
      expect(calls).toEqual(runs ? ['ws'] : []);
    });
  });

  it('knows that messages to a gateway whose connection alone is open are guarded where Nest runs the guard', async () => {
    @WebSocketGateway()
    class NewsGateway extends ChatGateway implements OnGatewayConnection {
      @Public()
      handleConnection(): void {
        calls.push('connected');
      }
    }

    const calls: string[] = [];
    const providers = [NewsGateway, { provide: APP_GUARD, useClass: SessionAuthGuard }];
    running = await startApp({ ...ws, providers });
    const found = reports();
    expect(found['NewsGateway.shout()']).toMatchObject({ access: isNest12 ? 'login' : 'unguarded' });
    expect(found['NewsGateway.hello()']).toMatchObject({ access: 'public' });
    expect(await shouted()).toBe(isNest12 ? 'exception' : 'shouted');
    expect(calls).toEqual(['connected']);
  });

  it('knows a gateway that is public, and those of its messages that are not', async () => {
    @Public()
    @WebSocketGateway()
    class OpenGateway extends ChatGateway {}

    const providers = [OpenGateway, { provide: APP_GUARD, useClass: SessionAuthGuard }];
    running = await startApp({ ...ws, providers });
    const found = reports();
    expect(found['OpenGateway.shout()']).toMatchObject({ access: 'public' });
    expect(found['OpenGateway.whisper()']).toMatchObject({ access: 'login' });
    expect(await shouted()).toBe('shouted');
  });
});

describe('the audit of microservices', () => {
  it('knows messages and events by their patterns', async () => {
    @Controller()
    class SumsController {
      @MessagePattern({ cmd: 'sum' })
      sum(_numbers: unknown) {
        return 1;
      }

      @MessagePattern('secret')
      @UseGuards(SessionAuthGuard)
      secret(_data: unknown) {
        return 1;
      }

      @EventPattern('user.created')
      @Public()
      created(_event: unknown) {
        return 1;
      }
    }
    running = await startApp({
      controllers: [SumsController],
      providers: [{ provide: APP_GUARD, useClass: SessionAuthGuard }],
    });
    const found = reports();
    expect(found['SumsController.sum()']).toMatchObject({
      kind: 'message',
      paths: ['{"cmd":"sum"}'],
      access: 'unguarded',
      guards: [],
    });
    expect(found['SumsController.secret()']).toMatchObject({ kind: 'message', paths: ['secret'], access: 'login' });
    expect(found['SumsController.created()']).toMatchObject({ kind: 'event', access: 'public' });
  });
});
