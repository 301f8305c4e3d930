import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { cruise, plantTree, type Violation } from './planted-tree.js';

/** One import in a planted tree. Every path that is imported exists there. */
interface Arrow {
  readonly from: string;
  readonly line: string;
}

const broken: (Arrow & { readonly rule: string })[] = [
  { rule: 'session-looks-down', from: 'lib/session/a.ts', line: `import '../cookie/target.js';` },
  { rule: 'session-looks-down', from: 'lib/session/b.ts', line: `import type { Target } from '../http/target.js';` },
  { rule: 'session-looks-down', from: 'lib/session/c.ts', line: `import '../stores/target.js';` },
  { rule: 'session-looks-down', from: 'lib/session/d.ts', line: `import '../tokens.js';` },
  { rule: 'cookie-looks-down', from: 'lib/cookie/a.ts', line: `import '../session/target.js';` },
  { rule: 'cookie-looks-down', from: 'lib/cookie/b.ts', line: `import '../stores/session-store.js';` },
  { rule: 'http-looks-down', from: 'lib/http/a.ts', line: `import '../auth/target.js';` },
  { rule: 'http-looks-down', from: 'lib/http/b.ts', line: `import '../stores/session-store.js';` },
  { rule: 'auth-looks-down', from: 'lib/auth/a.ts', line: `import '../accounts/target.js';` },
  { rule: 'auth-looks-down', from: 'lib/auth/b.ts', line: `import '../stores/target.js';` },
  { rule: 'interop-looks-down', from: 'lib/interop/a.ts', line: `import '../auth/target.js';` },
  { rule: 'sockets-looks-down', from: 'lib/sockets/a.ts', line: `import '../stores/target.js';` },
  { rule: 'events-looks-down', from: 'lib/events/a.ts', line: `import '../auth/target.js';` },
  { rule: 'opentelemetry-looks-down', from: 'lib/opentelemetry/a.ts', line: `import '../auth/target.js';` },
  { rule: 'optional-peers-stay-optional', from: 'lib/http/f.ts', line: `import '@opentelemetry/api';` },
  { rule: 'swagger-looks-down', from: 'lib/swagger/a.ts', line: `import '../session/target.js';` },
  { rule: 'schematics-looks-down', from: 'lib/schematics/a.ts', line: `import '../cookie/target.js';` },
  { rule: 'optional-peers-stay-optional', from: 'lib/schematics/b.ts', line: `import ts from 'typescript';` },
  { rule: 'terminus-looks-down', from: 'lib/terminus/a.ts', line: `import '../session/target.js';` },
  { rule: 'accounts-looks-down', from: 'lib/accounts/a.ts', line: `import '../stores/target.js';` },
  { rule: 'accounts-looks-down', from: 'lib/accounts/b.ts', line: `import '../stores/sql/target.js';` },
  { rule: 'client-stands-alone', from: 'lib/client/a.ts', line: `import '../errors.js';` },
  { rule: 'client-stands-alone', from: 'lib/client/b.ts', line: `import 'node:http';` },
  { rule: 'client-looks-down', from: 'lib/client/c.ts', line: `import type { Target } from '../accounts/target.js';` },
  { rule: 'declarations-run-nowhere', from: 'lib/accounts/c.ts', line: `import './openapi/target.js';` },
  { rule: 'declarations-run-nowhere', from: 'lib/accounts/d.ts', line: `import './target.api.js';` },
  { rule: 'stores-looks-down', from: 'lib/stores/a.ts', line: `import '../session/target.js';` },
  { rule: 'stores-do-not-mix', from: 'lib/stores/redis/a.ts', line: `import '../memory/target.js';` },
  { rule: 'config-looks-down', from: 'lib/config/a.ts', line: `import '../session/target.js';` },
  { rule: 'testing-looks-down', from: 'lib/testing/a.ts', line: `import '../session/target.js';` },
  { rule: 'cli-looks-down', from: 'lib/cli/a.ts', line: `import '../auth/target.js';` },
  { rule: 'cli-looks-down', from: 'lib/cli/b.ts', line: `import '../session.module.js';` },
  { rule: 'command-without-nest', from: 'lib/cli/c.ts', line: `import '@nestjs/core';` },
  { rule: 'command-without-nest', from: 'lib/cli/d.ts', line: `import '../auth/audit/route-audit.js';` },
  { rule: 'command-without-nest', from: 'lib/cli/f.ts', line: `import '../index.js';` },
  { rule: 'no-development-packages-in-command', from: 'lib/cli/e.ts', line: `import 'express';` },
  { rule: 'no-development-packages', from: 'lib/http/commander.ts', line: `import 'commander';` },
  { rule: 'commands-are-no-library', from: 'lib/session.module.ts', line: `import './cli/target.js';` },
  { rule: 'module-is-the-top', from: 'lib/http/c.ts', line: `import '../session.module.js';` },
  { rule: 'module-is-the-top', from: 'lib/tokens.ts', line: `import './session-module.options.js';` },
  { rule: 'errors-know-nothing', from: 'lib/errors.ts', line: `import './config/target.js';` },
  { rule: 'rooms-are-known', from: 'lib/attic/a.ts', line: `import '../errors.js';` },
  { rule: 'redis-library-in-redis-store', from: 'lib/stores/b.ts', line: `import type { Redis } from 'ioredis';` },
  { rule: 'optional-peers-stay-optional', from: 'lib/stores/redis/b.ts', line: `import { Redis } from 'ioredis';` },
  { rule: 'optional-peers-stay-optional', from: 'lib/session.module.ts', line: `import '@nestjs/config';` },
  { rule: 'no-development-packages', from: 'lib/http/d.ts', line: `import type { Request } from 'express';` },
  { rule: 'response-looks-down', from: 'lib/response/a.ts', line: `import '../http/target.js';` },
  {
    rule: 'response-looks-down',
    from: 'lib/response/b.ts',
    line: `import type { Target } from '../session/target.js';`,
  },
  { rule: 'response-without-nest', from: 'lib/response/c.ts', line: `import type { Type } from '@nestjs/common';` },
  { rule: 'core-without-nest-and-http', from: 'lib/session/e.ts', line: `import '@nestjs/common';` },
  { rule: 'core-without-nest-and-http', from: 'lib/cookie/c.ts', line: `import 'node:http';` },
  { rule: 'lib-stands-alone', from: 'lib/auth/c.ts', line: `import '../../sample/target.js';` },
  { rule: 'sample-uses-the-public-name', from: 'sample/a.ts', line: `import '../lib/index.js';` },
  { rule: 'sample-uses-the-public-name', from: 'examples/a/a.ts', line: `import '../../lib/index.js';` },
  { rule: 'resolvable', from: 'lib/http/e.ts', line: `import './nowhere.js';` },
  { rule: 'no-cycles', from: 'lib/session/ring-back.ts', line: `import './ring.js';` },
];

const allowed: Arrow[] = [
  { from: 'lib/accounts/ok.ts', line: `import '../auth/target.js';` },
  { from: 'lib/accounts/ok-keys.ts', line: `import '../cookie/target.js';` },
  { from: 'lib/accounts/ok-sql.ts', line: `import '../stores/sql/connection.js';` },
  { from: 'lib/accounts/ok.api.ts', line: `import type { Target } from './openapi/target.js';` },
  { from: 'lib/client/ok.ts', line: `import './target.js';` },
  { from: 'lib/auth/ok.ts', line: `import '../http/target.js';` },
  { from: 'lib/testing/ok-unsent.ts', line: `import '../http/unsent-request.js';` },
  { from: 'lib/auth/ok-cookie.ts', line: `import '../cookie/target.js';` },
  { from: 'lib/auth/ok-too.ts', line: `import '../tokens.js';` },
  { from: 'lib/http/ok.ts', line: `import '../cookie/target.js';` },
  { from: 'lib/http/ok-too.ts', line: `import '../session/target.js';` },
  { from: 'lib/http/ok-three.ts', line: `import '../response/target.js';` },
  { from: 'lib/interop/ok.ts', line: `import '../response/target.js';` },
  { from: 'lib/response/ok.ts', line: `import 'node:http';` },
  { from: 'lib/session/ok.ts', line: `import '../stores/session-store.js';` },
  { from: 'lib/session/ok-too.ts', line: `import '../config/target.js';` },
  { from: 'lib/cookie/ok.ts', line: `import '../errors.js';` },
  { from: 'lib/stores/redis/ok.ts', line: `import type { Redis } from 'ioredis';` },
  { from: 'lib/stores/redis/ok-too.ts', line: `export const load = () => import('ioredis');` },
  { from: 'lib/stores/redis/ok-three.ts', line: `import '../session-store.js';` },
  { from: 'lib/opentelemetry/ok.ts', line: `import '@opentelemetry/api';` },
  { from: 'lib/swagger/ok.ts', line: `import '@nestjs/swagger';` },
  { from: 'lib/terminus/ok.ts', line: `import '../session/store-probe.js';` },
  { from: 'lib/terminus/ok-too.ts', line: `import '@nestjs/terminus';` },
  { from: 'lib/testing/ok.ts', line: `import '../index.js';` },
  { from: 'lib/index.ts', line: `import './session.module.js';` },
  { from: 'lib/cli/ok.ts', line: `import '../session-module.options.js';` },
  { from: 'lib/cli/ok-nest.ts', line: `import type { NestFactory } from '@nestjs/core';` },
  { from: 'lib/cli/ok-nest-later.ts', line: `export const load = () => import('@nestjs/core');` },
  { from: 'lib/cli/ok-index-later.ts', line: `export const load = () => import('../index.js');` },
  { from: 'lib/cli/ok-audit.ts', line: `import type { Target } from '../auth/audit/route-audit.js';` },
  { from: 'lib/cli/ok-bundled.ts', line: `import 'commander';` },
  { from: 'lib/cli/ok-too.ts', line: `import '../stores/session-store.js';` },
  { from: 'sample/ok.ts', line: `import 'nestjs-session-auth';` },
];

let folder: string;
let violations: Violation[];

beforeAll(async () => {
  const lines = [
    ...broken,
    ...allowed,
    { from: 'lib/session/ring.ts', line: `import type { Target } from './ring-back.js';` },
  ];
  folder = await plantTree(lines);
  violations = await cruise(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the arrows between the rooms', () => {
  it.each(broken)('reports $rule in $from: $line', ({ rule, from }) => {
    expect(violations).toContainEqual(expect.objectContaining({ from, rule: expect.objectContaining({ name: rule }) }));
  });

  it.each(allowed)('allows in $from: $line', ({ from }) => {
    expect(violations.filter((violation) => violation.from === from)).toEqual([]);
  });
});
