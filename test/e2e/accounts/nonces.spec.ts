import { afterEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { Response } from 'express';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccountsModuleOptions } from 'nestjs-session-auth/accounts';
import type { PlatformName } from '../../support/app.js';
import { readPage, startAccounts, type AccountsApp } from '../../support/accounts-app.js';

let app: AccountsApp;

afterEach(() => app.close());

/** What the elements of the login page have that load something. */
async function noncesIn(platform: PlatformName, options: AccountsModuleOptions, prepare: typeof asHelmet) {
  app = await startAccounts({ passkeys: true, ...options }, { platform, prepare });
  const { html } = await readPage(app.jar(), '/auth/login');
  const of = (tag: string): string[] =>
    [...html.matchAll(new RegExp(`<${tag} [^>]*>`, 'g'))].map(
      ([element]) => / nonce="([^"]*)"/.exec(element)?.[1] ?? '',
    );
  return { style: of('link'), script: of('script') };
}

/** As the documentation of helmet has it for Express. */
function asHelmet(nest: INestApplication): void {
  nest.use((_request: unknown, response: Response, next: () => void) => {
    response.locals['cspNonce'] = 'of"helmet';
    next();
  });
}

/** What `@fastify/helmet` does with `enableCSPNonces`. */
function asFastifyHelmet(nest: INestApplication): void {
  const fastify = nest.getHttpAdapter().getInstance() as FastifyInstance;
  fastify.decorateReply('cspNonce', null);
  fastify.addHook('onRequest', (_request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    Reflect.set(reply, 'cspNonce', { script: 'of the script', style: 'of the style' });
    done();
  });
}

const none = (): void => {};
const own = { pages: { nonce: () => 'own' } };

describe('what the pages of accounts load', () => {
  it.each<[string, PlatformName, AccountsModuleOptions, typeof asHelmet, string, string]>([
    ['carries the nonce of helmet, escaped,', 'express', {}, asHelmet, 'of&quot;helmet', 'of&quot;helmet'],
    ['carries those of its plugin', 'fastify', {}, asFastifyHelmet, 'of the style', 'of the script'],
    ['carries that of the option rather', 'express', own, asHelmet, 'own', 'own'],
    ['carries that of the option', 'fastify', own, none, 'own', 'own'],
    ['carries none where the option has none', 'fastify', { pages: { nonce: () => null } }, none, '', ''],
    ['carries none where there is none', 'express', {}, none, '', ''],
  ])('%s on %s', async (_what, platform, options, prepare, style, script) => {
    expect(await noncesIn(platform, options, prepare)).toEqual({ style: [style], script: [script] });
  });
});
