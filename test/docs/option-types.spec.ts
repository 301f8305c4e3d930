import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOption, meaningOfGroup, type OptionTree } from '../../lib/config/option.js';
import { optionEntries } from '../../lib/config/tree.js';
import { sessionModuleOptions } from '../../lib/session-module.options.js';
import { defaultTextOf } from '../../scripts/reference/default-text.js';
import { isDropped } from '../../scripts/reference/dropped.js';
import { optionTypesFiles } from '../../scripts/reference/option-types.js';
import { Editor } from './editor.js';
import { project } from './pages.js';

const declarations = join(project, 'lib', 'session-module.options.ts');

/** Where `forRoot()` and its like take options. `{}` stands for the options. */
const places = {
  forRoot: 'SessionModule.forRoot({})',
  'forRootAsync, useFactory': 'SessionModule.forRootAsync({ useFactory: () => ({}) })',
  'forRootAsync, useFactory that is async': 'SessionModule.forRootAsync({ useFactory: async () => ({}) })',
  'a class for useClass':
    'class Settings implements SessionOptionsFactory { createSessionOptions(): SessionModuleOptions { return {} } }',
};
const imports = `import { SessionModule, type SessionModuleOptions, type SessionOptionsFactory } from 'nestjs-session-auth';\n`;

const editor = new Editor([declarations]);
const options = optionEntries(sessionModuleOptions).filter(({ path }) => !isDropped(path));
const texts = options.map(({ path, option }) => ({
  path,
  parts: [option.meaning, `Takes ${option.kind.expected}.`, `Default: ${defaultTextOf(option)}.`].map(onOneLine),
}));
const groups = groupsOf(sessionModuleOptions);

describe('the types of the options', () => {
  it('are what `npm run docs` makes from the declarations', async () => {
    for (const [file, textOf] of Object.entries(optionTypesFiles)) {
      expect(readFileSync(file, 'utf8')).toBe(await textOf());
    }
  });

  it('say the unit of whatever has one', () => {
    const idle = texts.find(({ path }) => path === 'idleTimeout')?.parts.join(' ');
    expect(idle).toMatch(/number of seconds.* Default: 31d\.$/);
    const size = texts.find(({ path }) => path === 'maxSize')?.parts.join(' ');
    expect(size).toMatch(/number of bytes.* Default: 256kb\.$/);
  });
});

describe.each(Object.entries(places))('an editor, in %s', (_place, code) => {
  const everything = `{ ${members(sessionModuleOptions)} }`;

  it('shows on hover what an option means, what it takes and its default', () => {
    editor.write(imports + code.replace('{}', everything));
    const silent = texts.filter(({ path, parts }) => !hasAll(editor.hover(`/* ${path} */`), parts));
    expect(silent).toEqual([]);
    expect(editor.problems()).toEqual([]);
  });

  it('offers every option with the same text', () => {
    const silent: string[] = [];
    for (const group of ['', ...groups]) {
      const inside = group
        .split('.')
        .reduceRight((text, name) => (name === '' ? text : `{ ${name}: ${text} }`), '{ /**/ }');
      editor.write(imports + code.replace('{}', inside));
      const prefix = group === '' ? '' : `${group}.`;
      for (const { path, parts } of texts) {
        const name = path.slice(prefix.length);
        if (!path.startsWith(prefix) || name.includes('.')) continue;
        if (!hasAll(editor.completion('/**/', name), parts)) silent.push(path);
      }
    }
    expect(silent).toEqual([]);
  });

  it('shows what a group is about', () => {
    editor.write(imports + code.replace('{}', everything));
    const silent = groups.filter((group) => !hasAll(editor.hover(`/* ${group} */`), [onOneLine(meaningOf(group))]));
    expect(silent).toEqual([]);
  });
});

describe('the compiler', () => {
  it.each([
    {
      options: '{ idleTimeuot: 5 }',
      says: "Object literal may only specify known properties, but 'idleTimeuot' does not exist in type 'SessionModuleOptions'. Did you mean to write 'idleTimeout'?",
    },
    {
      options: "{ cookie: { samesite: 'lax' } }",
      says: "Object literal may only specify known properties, but 'samesite' does not exist in type 'SessionCookieOptions'. Did you mean to write 'sameSite'?",
    },
    {
      options: "{ cookie: { secure: 'yes' } }",
      says: `Type '"yes"' is not assignable to type 'boolean | "auto" | undefined'.`,
    },
    {
      options: '{ idleTimeout: true }',
      says: "Type 'true' is not assignable to type 'string | number | null | undefined'.",
    },
  ])('says of $options what is wrong, in words of the option', ({ options: written, says }) => {
    editor.write(`${imports}SessionModule.forRoot(${written});`);
    expect(editor.problems()).toEqual([says]);
  });
});

/** All options of a tree, each with its path in a comment behind its name. */
function members(tree: OptionTree, prefix = ''): string {
  const written = Object.entries(tree).map(([name, node]) => {
    const path = prefix + name;
    return `${name}/* ${path} */: ${isOption(node) ? 'undefined' : `{ ${members(node, `${path}.`)} }`}`;
  });
  return written.join(', ');
}

function groupsOf(tree: OptionTree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([name, node]) =>
    isOption(node) ? [] : [prefix + name, ...groupsOf(node, `${prefix}${name}.`)],
  );
}

function meaningOf(path: string): string {
  let tree: OptionTree = sessionModuleOptions;
  for (const name of path.split('.')) {
    const node = tree[name];
    if (node === undefined || isOption(node)) throw new Error(`There is no group ${path}.`);
    tree = node;
  }
  return meaningOfGroup(tree) ?? `${path} has no meaning.`;
}

function hasAll(shown: string, parts: readonly string[]): boolean {
  return parts.every((part) => onOneLine(shown).includes(part));
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('`', '');
}
