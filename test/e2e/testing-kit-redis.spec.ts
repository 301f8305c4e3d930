import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { sessionTesting } from 'nestjs-session-auth/testing';
import { testSecret } from '../support/app.js';
import { RedisServer } from '../support/servers/redis.js';
import { startKitApp, type KitApp } from './testing-kit-app.js';

let redis: RedisServer;
let running: KitApp;
let options: SessionModuleOptions;

beforeEach(async () => {
  redis = await RedisServer.start();
  options = { type: 'redis', redis: { url: redis.url } };
  running = await startKitApp(options);
});

afterEach(async () => {
  await running.close();
  await redis.stop();
});

describe('the kit on Redis', () => {
  it("makes its sessions in the application's own store", async () => {
    const { kit, auth, agent } = running;
    const browser = await kit.signInAgent(agent(), 7, { remember: true, data: { cart: ['tea'] } });
    await browser.get('/secret').expect(200);
    await kit.transaction(browser, (session) => session.set('cart', ['milk']));
    await browser.get('/data').expect(200, { cart: ['milk'] });
    expect(await kit.sessionsOf(7)).toHaveLength(1);
    expect(await auth.logoutEverywhere(7)).toBe(1);
    await browser.get('/me').expect(401);
    expect(await kit.session(browser)).toBeNull();
  });

  it('signs in from a process beside the application, by a context with the same settings', async () => {
    @Module({ imports: [SessionModule.forRoot({ ...options, secretKey: testSecret })] })
    class Beside {}
    const context = await NestFactory.createApplicationContext(Beside, { logger: false });
    const cookies = await sessionTesting(context).signIn(7);
    await context.close();
    const response = await cookies.fetch(`${running.url}/me`);
    expect(await response.json()).toEqual({ id: 7 });
  });
});
