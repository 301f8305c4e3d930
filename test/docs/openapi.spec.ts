import { describe, expect, it } from '@jest/globals';
import { RequestMethod, type Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccountsModule } from '../../lib/accounts/accounts.module.js';
import { AccountPageGuard } from '../../lib/accounts/http/account-page.guard.js';
import { fieldCodes } from '../../lib/accounts/openapi/shared.api.js';
import { english } from '../../lib/accounts/messages/english.js';
import { GUARDS_METADATA, METHOD_METADATA, methodsWith, type Route } from '../../lib/http/routes.js';
import { openApiFiles } from '../../scripts/reference/openapi.js';
import { DocumentedApi } from '../support/documented-api.js';
import { project } from './pages.js';

const api = new DocumentedApi();
const controllers = (AccountsModule.forRoot().controllers ?? []) as readonly Type[];
const routes = controllers.flatMap((controller) => methodsWith(controller, METHOD_METADATA));

describe('the OpenAPI document', () => {
  it.each(Object.entries(openApiFiles))('%s is what `npm run docs` makes', async (file, textOf) => {
    expect(readFileSync(file, 'utf8')).toBe(await textOf());
  });

  it('has every route of every controller, with its method, and no other', () => {
    const inDocument = api.routes.map(({ name }) => withoutNames(name));
    expect(inDocument.sort()).toEqual(routes.map((route) => withoutNames(nameOf(route))).sort());
  });

  it('asks for a session where the route requires a login', () => {
    const guarded = routes.filter(({ handler }) =>
      ((Reflect.getMetadata(GUARDS_METADATA, handler) ?? []) as readonly unknown[]).includes(AccountPageGuard),
    );
    const open = guarded.map(nameOf).filter((name) => operationOf(name).security.length === 0 && !isPage(name));
    expect(open).toEqual([]);
  });

  it('has no type that the client keeps to itself', () => {
    const [index = '', types = ''] = ['index.ts', 'routes.ts'].map((file) =>
      readFileSync(join(project, 'lib/client', file), 'utf8'),
    );
    const declared = [...types.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name);
    expect(declared.filter((name) => !new RegExp(`^  ${name},$`, 'm').test(index))).toEqual([]);
    expect(declared).toContain('Routes');
  });

  it('names the parameters of a path in one way, as OpenAPI needs it', () => {
    const paths = Object.keys(api.document.paths);
    expect(new Set(paths.map(withoutNames)).size).toBe(paths.length);
  });

  it('gives each operation another id', () => {
    const ids = api.routes.map(({ operation }) => operation.operationId);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('has schemas that are all used, and uses none that there is not', () => {
    const text = JSON.stringify(api.document);
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(api.document.components.schemas).sort());
  });

  it('knows every code that has a text, and no other', () => {
    const inTexts = Object.keys(english).flatMap((key) => /^error\.([A-Z_]+)$/.exec(key)?.[1] ?? []);
    const inDocument = [...JSON.stringify(api.document).matchAll(/"code":\{"type":"string","enum":(\[[^\]]*\])/g)];
    const codes = inDocument.flatMap(([, list = '[]']) => JSON.parse(list) as string[]);
    const ours = [...new Set([...codes, ...fieldCodes])].filter((code) => !untold.includes(code));
    // Only pages say it.
    expect([...ours, 'PASSKEY_REFUSED'].sort()).toEqual(inTexts.sort());
  });
});

/** What the body of an error says in other words: of a guard, or as `fields`. */
const untold = [
  'INPUT_INVALID',
  'CSRF_CROSS_SITE',
  'CSRF_FOREIGN_ORIGIN',
  'CSRF_TOKEN_MISSING',
  'CSRF_TOKEN_INVALID',
  'IMPERSONATION_ENDED',
];

/** Parameters have no names in a path: the document can give only one to several. */
function withoutNames(name: string): string {
  return name.replaceAll(/\{\w+\}/g, '{}');
}

/** As the document names it. */
function nameOf({ handler }: Route): string {
  const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
  const path = String(Reflect.getMetadata(PATH_METADATA, handler));
  return `${method} /${path.replace(/^\//, '').replaceAll(/:(\w+)/g, '{$1}')}`;
}

function operationOf(name: string) {
  const route = api.routes.find((one) => withoutNames(one.name) === withoutNames(name));
  if (route === undefined) throw new Error(`${name} is not in the document`);
  return route.operation;
}

function isPage(name: string): boolean {
  return operationOf(name).operationId.startsWith('show');
}
