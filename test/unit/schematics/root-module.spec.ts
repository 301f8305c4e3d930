import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { rootModuleIn, withSessionModule } from '../../../lib/schematics/root-module.js';

const changed = (text: string) => withSessionModule(ts, text);

describe('withSessionModule()', () => {
  it('adds the import and the module, and changes nothing else', () => {
    expect(
      changed(`import { Module } from '@nestjs/common';
import { AppService } from './app.service.js';

@Module({
  imports: [],
  providers: [AppService],
})
export class AppModule {}
`),
    ).toBe(`import { Module } from '@nestjs/common';
import { AppService } from './app.service.js';
import { SessionModule } from 'nestjs-session-auth';

@Module({
  imports: [SessionModule.forRoot()],
  providers: [AppService],
})
export class AppModule {}
`);
  });

  it.each([
    ['imports: [A],', 'imports: [A, SessionModule.forRoot()],'],
    ['imports: [A, B.forRoot({ c: [1] }),],', 'imports: [A, B.forRoot({ c: [1] }), SessionModule.forRoot(),],'],
    ['imports: [\n    A,\n    B,\n  ],', 'imports: [\n    A,\n    B,\n    SessionModule.forRoot(),\n  ],'],
    ['imports: [\n    A\n  ],', 'imports: [\n    A,\n    SessionModule.forRoot()\n  ],'],
    ["imports: [A /* ], imports: [ */, ']'],", "imports: [A /* ], imports: [ */, ']', SessionModule.forRoot()],"],
    ["'imports': [],", "'imports': [SessionModule.forRoot()],"],
    ['imports: [...features],', 'imports: [...features, SessionModule.forRoot()],'],
    ['providers: [P],', 'imports: [SessionModule.forRoot()],\n  providers: [P],'],
    ['// imports: [],\n  providers: [P],', 'imports: [SessionModule.forRoot()],\n  // imports: [],\n  providers: [P],'],
  ])('adds to %j', (before, after) => {
    const text = (property: string, extra = '') =>
      `import { Module } from '@nestjs/common';\n${extra}\n@Module({\n  ${property}\n})\nexport class AppModule {}\n`;
    const result = changed(text(before));
    expect(result).toBe(text(after, "import { SessionModule } from 'nestjs-session-auth';\n"));
  });

  it.each([
    ['@Module()', '@Module({ imports: [SessionModule.forRoot()] })'],
    ['@Module({})', '@Module({ imports: [SessionModule.forRoot()] })'],
    ['@Module({ providers: [P] })', '@Module({ imports: [SessionModule.forRoot()], providers: [P] })'],
    ['@Global()\n@Module({})', '@Global()\n@Module({ imports: [SessionModule.forRoot()] })'],
  ])('adds to %j', (before, after) => {
    const text = (decorator: string, extra = '') =>
      `import { Module } from '@nestjs/common';\n${extra}${decorator}\nexport class AppModule {}\n`;
    expect(changed(text(before))).toBe(text(after, "import { SessionModule } from 'nestjs-session-auth';\n"));
  });

  it('writes as the file is written: quotes, semicolons, line breaks', () => {
    expect(changed('import { Module } from "@nestjs/common"\r\n\r\n@Module({})\r\nexport class AppModule {}\r\n')).toBe(
      'import { Module } from "@nestjs/common"\r\nimport { SessionModule } from "nestjs-session-auth"\r\n\r\n' +
        '@Module({ imports: [SessionModule.forRoot()] })\r\nexport class AppModule {}\r\n',
    );
  });

  it.each([
    ['no class with @Module()', 'export class AppModule {}\n'],
    ['metadata that is kept elsewhere', '@Module(metadata)\nexport class AppModule {}\n'],
    ['imports that are kept elsewhere', '@Module({ imports: features })\nexport class AppModule {}\n'],
    ['imports by their short name', '@Module({ imports })\nexport class AppModule {}\n'],
  ])('leaves a file alone with %s', (_what, text) => {
    expect(changed(text)).toBeNull();
  });

  it('gives what still parses, whatever it is given', () => {
    const text = `import { Module } from '@nestjs/common';
@Module({ imports: [A.forRoot({ template: \`\${'['}]\`, pattern: /[\\]]/ })] })
export class AppModule {}
`;
    const result = changed(text) ?? '';
    const { parseDiagnostics } = ts.createSourceFile('a.ts', result, ts.ScriptTarget.Latest) as ts.SourceFile & {
      readonly parseDiagnostics: readonly unknown[];
    };
    expect(parseDiagnostics).toEqual([]);
    expect(result).toContain('pattern: /[\\]]/ }), SessionModule.forRoot()]');
  });
});

describe('rootModuleIn()', () => {
  const find = (sources: Record<string, string>, sourceRoot = 'src') =>
    rootModuleIn(ts, new Map(Object.entries(sources)), sourceRoot);
  const main = (specifier: string, call = 'NestFactory.create(ShopModule)') =>
    `import { NestFactory } from '@nestjs/core';\nimport { ShopModule } from '${specifier}';\nawait ${call};\n`;

  it.each([
    ['an ES module', './shop.module.js', 'src/shop.module.ts'],
    ['a module of CommonJS', './shop.module', 'src/shop.module.ts'],
    ['a folder', './shop', 'src/shop/index.ts'],
    ['a file in a folder', './shop/shop.module.js', 'src/shop/shop.module.ts'],
  ])('follows main.ts to %s', (_what, specifier, path) => {
    expect(find({ 'src/main.ts': main(specifier), [path]: '', 'src/app.module.ts': '' })).toBe(path);
  });

  it.each([
    'NestFactory.create<NestFastifyApplication>(ShopModule, adapter)',
    'NestFactory.createMicroservice(ShopModule, {})',
  ])('reads %s', (call) => {
    const sources = { 'src/main.ts': main('./shop.module.js', call), 'src/shop.module.ts': '' };
    expect(find(sources)).toBe('src/shop.module.ts');
  });

  it('takes app.module.ts where main.ts says nothing', () => {
    expect(find({ 'src/main.ts': 'bootstrap();\n', 'src/app.module.ts': '' })).toBe('src/app.module.ts');
    expect(find({ 'apps/shop/src/app.module.ts': '' }, 'apps/shop/src')).toBe('apps/shop/src/app.module.ts');
  });

  it('finds nothing where there is neither', () => {
    expect(find({ 'src/main.ts': main('@shop/module') })).toBeNull();
  });
});
