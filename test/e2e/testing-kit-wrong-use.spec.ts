import { afterEach, describe, expect, it } from '@jest/globals';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AuthService, SessionModule, SessionUnreachableError, type SessionModuleOptions } from 'nestjs-session-auth';
import { sessionTesting, type TestBrowser } from 'nestjs-session-auth/testing';
import supertest from 'supertest';
import { testSecret } from '../support/app.js';
import { startKitApp } from './testing-kit-app.js';

const opened: { close(): Promise<void> }[] = [];

function toClose<Closable extends { close(): Promise<void> }>(closable: Closable): Closable {
  opened.push(closable);
  return closable;
}

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function moduleWith(options: SessionModuleOptions = {}): new () => object {
  @Module({ imports: [SessionModule.forRoot({ secretKey: testSecret, type: 'memory', ...options })] })
  class TestModule {}
  return TestModule;
}

@Module({})
class WithoutSessions {}

describe('sessionTesting()', () => {
  it('says that the application does not import the module', async () => {
    const app = toClose(await NestFactory.create(WithoutSessions, new ExpressAdapter(), { logger: false }));
    await app.init();
    expect(() => sessionTesting(app)).toThrow(SessionUnreachableError);
    expect(() => sessionTesting(app)).toThrow(/import SessionModule\.forRoot\(\)/);
  });

  it.each([undefined, null, 'app', {}])('says that %j is no application', (value) => {
    expect(() => sessionTesting(value as INestApplicationContext)).toThrow(TypeError);
  });

  it('says that a server is no application', async () => {
    const { server } = toClose(await startKitApp());
    expect(() => sessionTesting(server as object as INestApplicationContext)).toThrow(/not its server/);
  });

  it('says that the application is not initialised, and works once it is', async () => {
    const app = toClose(await NestFactory.create(moduleWith(), new ExpressAdapter(), { logger: false }));
    const kit = sessionTesting(app);
    await expect(kit.signIn(7)).rejects.toThrow(SessionUnreachableError);
    await expect(kit.session('')).rejects.toThrow(/call app\.init\(\) or app\.listen\(\) first/);
    await app.init();
    expect(await kit.session(await kit.signIn(7))).toMatchObject({ userId: 7 });
  });

  it('says the same of a testing module that was only compiled', async () => {
    const testing = await Test.createTestingModule({ imports: [moduleWith()] }).compile();
    const kit = sessionTesting(toClose(testing));
    await expect(kit.signIn(7)).rejects.toThrow(/call init\(\) first/);
    await testing.init();
    expect(await kit.session(await kit.signIn(7))).toMatchObject({ userId: 7 });
  });

  it('takes the testing module in place of the application that was made from it', async () => {
    const testing = await Test.createTestingModule({ imports: [moduleWith()] }).compile();
    const app = toClose(testing.createNestApplication());
    await app.init();
    expect(await sessionTesting(testing).signIn(7)).toMatchObject({ header: expect.stringContaining('session=') });
  });

  it('works in a context without a server, such as a process beside the one under test', async () => {
    const context = toClose(await NestFactory.createApplicationContext(moduleWith(), { logger: false }));
    const kit = sessionTesting(context);
    const browser = await kit.signIn(7, { data: { a: 1 } });
    expect(await kit.session(browser)).toMatchObject({ userId: 7, data: { a: 1 } });
    await context.get(AuthService).logoutEverywhere(7);
    expect(await kit.session(browser)).toBeNull();
  });
});

describe('a browser that is none', () => {
  it.each([undefined, null, 7, {}, { header: 'session=1' }])('%j is refused', async (value) => {
    const { kit } = toClose(await startKitApp());
    const browser = value as unknown as TestBrowser;
    await expect(kit.session(browser)).rejects.toThrow(/Expected something that holds cookies/);
    await expect(kit.signInAgent(browser, 7)).rejects.toThrow(TypeError);
    expect(await kit.sessionsOf(7)).toEqual([]);
  });

  it('is supertest(server), which keeps no cookies', async () => {
    const { kit, server } = toClose(await startKitApp());
    const request: object = supertest(server);
    await expect(kit.signInAgent(request as TestBrowser, 7)).rejects.toThrow(/not `supertest\(…\)`/);
  });

  it('is a header, for who is to get a cookie', async () => {
    const { kit } = toClose(await startKitApp());
    const header: unknown = 'theme=dark';
    await expect(kit.signInAgent(header as TestBrowser, 7)).rejects.toThrow(TypeError);
  });
});

describe('an agent that would never send the cookie', () => {
  it.each([
    ['since it is Secure', { cookie: { secure: true } }, /it is Secure, but the agent uses plain HTTP/],
    ['since it is for another host', { cookie: { domain: 'shop.example' } }, /it is for shop\.example/],
    [
      'since it has expired by the real clock',
      { permanent: true, idleTimeout: '1h', clock: () => Date.parse('2020-01-01') },
      /it has expired by the real clock/,
    ],
  ] satisfies [string, SessionModuleOptions, RegExp][])('is refused %s', async (_why, options, message) => {
    const { kit, agent } = toClose(await startKitApp(options));
    await expect(kit.signInAgent(agent(), 7)).rejects.toThrow(message);
    await expect((await kit.signIn(7)).applyTo(agent())).rejects.toThrow(message);
  });

  it('is not one whose path is that of the cookie', async () => {
    const { kit, agent } = toClose(await startKitApp({ cookie: { path: '/me' } }));
    const browser = await kit.signInAgent(agent(), 7);
    await browser.get('/me').expect(200, { id: 7 });
    await browser.get('/data').expect(200, {});
    expect(await kit.session(browser)).toMatchObject({ userId: 7 });
  });
});
