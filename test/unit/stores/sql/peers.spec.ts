import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChildNode } from '../../../support/child-node.js';
import { compiledLib } from '../../../support/compiled-lib.js';

const opening = `
  const [entry, url] = process.argv.slice(1);
  const { create } = await import(entry);
  const settings = { database: null, table: 'sessions', createTable: true, pruneInterval: null, pruneBatch: 1 };
  try {
    const store = await create({ ...settings, url });
    await store.read('key');
    console.log('opened');
  } catch (error) {
    console.log(error.code + ': ' + error.message);
  }
`;

/** A better-sqlite3 that tells what is done with it, for machines on which its binary is not there. */
const namesake = `
  const Database = require('libsql');
  module.exports = class extends Database {
    constructor(path, options) {
      super(path, options);
      console.log('open ' + path);
    }
    close() {
      super.close();
      console.log('close');
    }
  };
`;

describe('SqlStore and the libraries that it needs', () => {
  let lib: ReturnType<typeof compiledLib>;
  let modules: string;

  beforeAll(() => {
    lib = compiledLib('config', 'stores', 'stores/sql', 'stores/sql/connect', 'stores/sql/dialects');
    modules = join(lib.path, 'node_modules');
  });

  beforeEach(() => {
    rmSync(modules, { recursive: true });
    mkdirSync(modules);
  });

  afterAll(() => {
    lib.remove();
  });

  it.each(['postgres://127.0.0.1:1/x', 'mysql://127.0.0.1:1/x', 'sqlite::memory:'])(
    'names Kysely where it is missing: %s',
    async (url) => {
      expect(await told(url)).toMatch(
        /^SESSION_PEER_MISSING: The SQL store needs the package "kysely".*npm install kysely\n$/,
      );
    },
  );

  it.each([
    ['postgres://127.0.0.1:1/x', 'pg'],
    ['mariadb://127.0.0.1:1/x', 'mysql2'],
    ['sqlite::memory:', 'better-sqlite3'],
  ])('names the driver where it is missing: %s', async (url, driver) => {
    provide('kysely');
    expect(await told(url)).toMatch(
      new RegExp(`^SESSION_PEER_MISSING: .* needs the package "${driver}".*npm install ${driver}\n$`),
    );
  });

  it('names libsql, too, where no driver of SQLite is there', async () => {
    provide('kysely');
    expect(await told('sqlite::memory:')).toMatch(/^SESSION_PEER_MISSING: .*npm install libsql\b/);
  });

  it('needs no driver but one of its database', async () => {
    provide('kysely');
    provide('libsql');
    expect(await told('sqlite::memory:')).toBe('opened\n');
  });

  it('takes libsql where npm has left better-sqlite3 without its binary', async () => {
    for (const name of ['kysely', 'libsql']) provide(name);
    provideWithoutBinary('better-sqlite3', 'lib');
    expect(await told('sqlite::memory:')).toBe('opened\n');
  });

  it('takes better-sqlite3 where both are there, and tries it without leaving a file open', async () => {
    for (const name of ['kysely', 'libsql']) provide(name);
    mkdirSync(join(modules, 'better-sqlite3'));
    writeFileSync(join(modules, 'better-sqlite3', 'index.js'), namesake);
    expect(await told('sqlite::memory:')).toBe('open :memory:\nclose\nopen :memory:\nopened\n');
  });

  it('says what to do where npm has left the driver of SQLite without its binary', async () => {
    provide('kysely');
    provideWithoutBinary('better-sqlite3', 'lib');
    expect(await told('sqlite::memory:')).toMatch(
      /^SESSION_STORE_UNAVAILABLE: SQLite at :memory: .*without its binary.*npm install libsql.*npm rebuild better-sqlite3\n$/,
    );
  });

  it('says what to do where the optional packages were left out, and so the binary of libsql', async () => {
    for (const name of ['kysely', '@neon-rs', 'detect-libc']) provide(name);
    provideWithoutBinary('libsql', 'index.js');
    expect(await told('sqlite::memory:')).toMatch(
      /^SESSION_STORE_UNAVAILABLE: SQLite at :memory: .*libsql is installed without its binary.* @libsql\/.*--include=optional\n$/,
    );
  });

  function provide(name: string): void {
    symlinkSync(resolve('node_modules', name), join(modules, name));
  }

  /** The package with those of its files alone, and beside it what it needs to look for its binary. */
  function provideWithoutBinary(name: string, ...parts: readonly string[]): void {
    for (const part of ['package.json', ...parts]) {
      cpSync(resolve('node_modules', name, part), join(modules, name, part), { recursive: true });
    }
    if (name === 'better-sqlite3') for (const finder of ['bindings', 'file-uri-to-path']) provide(finder);
  }

  async function told(url: string): Promise<string> {
    const child = new ChildNode(opening, pathToFileURL(join(lib.path, 'stores/sql/create.js')).href, url);
    await child.end();
    return child.output;
  }
});
