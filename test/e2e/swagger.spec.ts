import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post, UseGuards, type Provider } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import {
  CsrfExempt,
  CsrfGuard,
  Public,
  SessionAuthGuard,
  SessionUnreachableError,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { addSessionAuth, ApiSessionAuth } from 'nestjs-session-auth/swagger';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { cookieName, BootController } from '../support/boot.js';

const cookie = [{ session: [] }];
let running: RunningApp | null = null;

afterEach(async () => {
  await running?.close();
  running = null;
});

/** New classes for each test: documenting an application adds to the metadata of its routes. */
function controllers() {
  @Controller('account')
  @UseGuards(SessionAuthGuard)
  @ApiSessionAuth()
  class AccountController {
    @Get()
    read() {
      return {};
    }

    @Post()
    change() {
      return {};
    }

    @Public()
    @Get('terms')
    terms() {
      return {};
    }

    @CsrfExempt()
    @Post('webhook')
    webhook() {
      return {};
    }
  }

  @Controller('shop')
  class ShopController {
    @Get()
    list() {
      return {};
    }

    @Post('order')
    @UseGuards(SessionAuthGuard, CsrfGuard)
    @ApiSessionAuth()
    order() {
      return {};
    }

    @Post('wish')
    @UseGuards(SessionAuthGuard)
    @ApiSessionAuth()
    wish() {
      return {};
    }
  }

  return [AccountController, ShopController, BootController];
}

async function documented(
  session: SessionModuleOptions = {},
  providers: readonly Provider[] = [],
  platform = platforms[0],
): Promise<OpenAPIObject> {
  running = await startApp({ ...(platform && { platform }), session, providers, controllers: controllers() });
  const { app } = running;
  // Twice, as for two documents of one application.
  addSessionAuth(new DocumentBuilder(), app);
  return SwaggerModule.createDocument(app, addSessionAuth(new DocumentBuilder().setTitle('Shop'), app).build());
}

/** The names of the headers that an operation documents. */
function headersOf(document: OpenAPIObject, path: string): string[] {
  const { parameters = [] } = document.paths[path]?.post ?? {};
  return parameters.flatMap((parameter) => ('name' in parameter && parameter.in === 'header' ? [parameter.name] : []));
}

describe('addSessionAuth()', () => {
  it.each(platforms)('adds the session cookie as a scheme, on %s', async (platform) => {
    const document = await documented({}, [], platform);
    expect(document.components?.securitySchemes).toEqual({
      session: { type: 'apiKey', in: 'cookie', name: 'session', description: expect.any(String) },
    });
    expect(document.info.title).toBe('Shop');
  });

  it.each<[string, SessionModuleOptions]>([
    ['the name that is set', { cookie: { name: 'sid' } }],
    ['the prefix', { cookie: { name: 'auto:sid', secure: true } }],
    ['the prefix of a cookie for several hosts', { cookie: { name: 'auto', secure: true, domain: 'shop.example' } }],
    ['the first of the cookies that hold a sealed session', { type: 'cookie' }],
  ])('names the cookie as the application sets it: %s', async (_what, session) => {
    const document = await documented(session);
    const { session: scheme } = document.components?.securitySchemes ?? {};
    expect(scheme).toMatchObject({ name: running && (await cookieName(running)) });
  });

  it('documents public routes of a controller as open', async () => {
    const { paths } = await documented();
    expect(paths['/account']?.get?.security).toEqual(cookie);
    expect(paths['/account/terms']?.get?.security).toEqual([...cookie, {}]);
  });

  it('documents no header for a token that nobody needs', async () => {
    const document = await documented();
    expect(['/account', '/shop/order', '/shop/wish'].flatMap((path) => headersOf(document, path))).toEqual([]);
  });

  it('documents the header for the token, with csrf.mode "token", where CsrfGuard is', async () => {
    const document = await documented({ csrf: { mode: 'token', header: 'x-shop-token' } });
    expect(headersOf(document, '/shop/order')).toEqual(['x-shop-token']);
    expect(headersOf(document, '/shop/wish')).toEqual([]);
    expect(headersOf(document, '/account')).toEqual([]);
  });

  it('documents it for the whole application, where CsrfGuard guards that', async () => {
    const document = await documented({ csrf: { mode: 'token' } }, [{ provide: APP_GUARD, useExisting: CsrfGuard }]);
    expect(headersOf(document, '/shop/wish')).toEqual(['x-csrf-token']);
    expect(headersOf(document, '/account')).toEqual(['x-csrf-token']);
    expect(headersOf(document, '/account/webhook')).toEqual([]);
    expect(document.paths['/account']?.get?.parameters).toEqual([]);
    // It documents no session, so nothing is known to need its token.
    expect(headersOf(document, '/logout')).toEqual([]);
  });

  it('says what is missing in an application without sessions', async () => {
    @Module({})
    class EmptyModule {}
    const app = await NestFactory.create(EmptyModule, { logger: false });
    expect(() => addSessionAuth(new DocumentBuilder(), app)).toThrow(SessionUnreachableError);
    expect(() => addSessionAuth(new DocumentBuilder(), app)).toThrow(/import SessionModule\.forRoot\(\)/);
  });
});

describe('@ApiSessionAuth()', () => {
  it('documents the cookie, a 401 and a 403 on a route, and on no other', async () => {
    const { paths } = await documented();
    expect(paths['/shop']?.get?.security).toBeUndefined();
    expect(paths['/shop/order']?.post?.security).toEqual(cookie);
    expect(Object.keys(paths['/shop']?.get?.responses ?? {})).toEqual(['200']);
    const { responses } = paths['/shop/order']?.post ?? {};
    expect(Object.keys(responses ?? {}).sort()).toEqual(['401', '403']);
    expect(responses?.['401']).toMatchObject({
      description: expect.stringContaining('Nobody is logged in'),
      content: { 'application/json': { schema: { properties: { statusCode: { example: 401 } } } } },
    });
  });

  it('documents them on every route of a controller', async () => {
    const { paths } = await documented();
    for (const operation of [paths['/account']?.get, paths['/account']?.post]) {
      expect(operation?.security).toEqual(cookie);
      expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(['401', '403']));
    }
    expect(Object.keys(paths['/account']?.get?.responses ?? {})).toContain('200');
  });

  it('describes the body that the guard gives', async () => {
    const { paths } = await documented();
    const response = await fetch(`${running?.url ?? ''}/account`);
    const body = (await response.json()) as object;
    const { 401: documentedResponse } = paths['/account']?.get?.responses ?? {};
    const { properties, required } = schemaOf(documentedResponse);
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(body)));
    expect(Object.keys(body)).toEqual(expect.arrayContaining(required));
  });
});

function schemaOf(response: unknown): { properties: object; required: string[] } {
  const { content } = response as { content: Record<string, { schema: { properties: object; required: string[] } }> };
  const { schema } = content['application/json'] ?? {};
  if (schema === undefined) throw new Error('The response documents no JSON.');
  return schema;
}
