import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import type { RunningApp } from '../support/app.js';
import { boot, post } from '../support/boot.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { MongoStandIn } from '../support/servers/mongo-stand-in.js';

let server: MongoStandIn;
let running: RunningApp | null = null;

beforeEach(async () => {
  server = await MongoStandIn.start();
});

afterEach(async () => {
  await running?.close();
  running = null;
  await server.stop();
});

async function start(options: SessionModuleOptions, logger = new CapturedLogger()): Promise<RunningApp> {
  running = await boot([SessionModule.forRoot({ mongodb: { url: server.url }, ...options })], logger);
  return running;
}

describe('an application with its sessions in what stands in for MongoDB', () => {
  it('keeps a session, and ends it', async () => {
    const jar = (await start({ type: 'mongodb' })).jar();
    await jar.fetch('/set/cart', post);
    await jar.fetch('/login/7', post);
    expect(await jar.json('/read')).toEqual({ data: { cart: true }, user: '7', isNew: false });
    const copy = jar.copy();
    await jar.fetch('/logout', post);
    expect(await copy.json('/read')).toEqual({ data: {}, user: null, isNew: true });
    expect(server.collection('sessions').find({})).toEqual([]);
  });

  it('notes there which sessions in cookies have ended', async () => {
    const jar = (await start({ type: 'cookie', sealed: { revocations: 'mongodb' } })).jar();
    await jar.fetch('/login/7', post);
    const copy = jar.copy();
    expect(await copy.json('/read')).toMatchObject({ user: '7' });
    await jar.fetch('/logout', post);
    expect(await copy.json('/read')).toEqual({ data: {}, user: null, isNew: true });
  });

  it('starts while the server is away, and needs no restart when it is back', async () => {
    const { port } = server;
    await server.stop();
    const { url } = await start({ type: 'mongodb' });
    expect((await fetch(`${url}/set/cart`, post)).status).toBe(503);
    server = await MongoStandIn.start(port);
    expect((await fetch(`${url}/set/cart`, post)).status).toBe(201);
  });

  it('says at its start that the server is away, and shows no password', async () => {
    await server.stop();
    const logger = new CapturedLogger();
    const url = server.url.replace('//', '//shop:sesame@');
    const app = await start({ type: 'mongodb', mongodb: { url } }, logger);
    expect((await fetch(`${app.url}/set/cart`, post)).status).toBe(503);
    expect(logger.text).toMatch(/session store \(mongodb\) does not answer.*ECONNREFUSED/);
    expect(logger.text).not.toContain('sesame');
  });
});
