import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOption, meaningOfGroup, type OptionTree } from '../../lib/config/option.js';
import { optionEntries } from '../../lib/config/tree.js';
import { sessionModuleOptions } from '../../lib/session-module.options.js';
import { defaultTextOf } from '../../scripts/reference/default-text.js';
import { isDropped } from '../../scripts/reference/dropped.js';
import { optionTypesFiles } from '../../scripts/reference/option-types.js';
import { combinations } from '../support/combinations.js';
import { Editor } from './editor.js';
import { project } from './pages.js';

const declarations = ['session-module.options.ts', 'accounts/accounts.options.ts'].map((file) =>
  join(project, 'lib', file),
);

/** Where `forRoot()` and its like take options. `{}` stands for the options. */
const places = {
  forRoot: 'SessionModule.forRoot({})',
  'forRootAsync, useFactory': 'SessionModule.forRootAsync({ useFactory: () => ({}) })',
  'forRootAsync, useFactory that is async': 'SessionModule.forRootAsync({ useFactory: async () => ({}) })',
  'a class for useClass':
    'class Settings implements SessionOptionsFactory { createSessionOptions(): SessionModuleOptions { return {} } }',
};
const imports = `import { SessionModule, type SessionModuleOptions, type SessionOptionsFactory } from 'nestjs-session-auth';\n`;

const editor = new Editor(declarations);
const options = optionEntries(sessionModuleOptions).filter(({ path }) => !isDropped(path));
const texts = options.map(({ path, option }) => ({
  path,
  parts: [option.meaning, `Takes ${option.kind.expected}.`, `Default: ${defaultTextOf(option)}.`].map(onOneLine),
}));
const groups = groupsOf(sessionModuleOptions);
/** Which text is read where; all of them everywhere in the nightly form. */
const chosen = combinations({ place: Object.keys(places), text: texts });

/** All places with all options, and for each group a place in which nothing is written yet. One text: each costs a program. */
const withEverything = allPlaces((place) => [`{ ${members(place, sessionModuleOptions)} }`]);
const withNothing = allPlaces((place) =>
  ['', ...groups].map((group) => group.split('.').reduceRight(within, `{ ${markOf(place, group)} }`)),
);

describe('the types of the options', () => {
  it('are what `npm run docs` makes from the declarations', async () => {
    editor.write(withEverything);
    const program = editor.program();
    for (const [file, textOf] of Object.entries(optionTypesFiles)) {
      expect(readFileSync(file, 'utf8')).toBe(await textOf(program));
    }
  });

  it('say the unit of whatever has one', () => {
    const idle = texts.find(({ path }) => path === 'idleTimeout')?.parts.join(' ');
    expect(idle).toMatch(/number of seconds.* Default: 31d\.$/);
    const size = texts.find(({ path }) => path === 'maxSize')?.parts.join(' ');
    expect(size).toMatch(/number of bytes.* Default: 256kb\.$/);
  });
});

describe.each(Object.keys(places))('an editor, in %s', (place) => {
  const textsHere = chosen.flatMap(({ place: one, text }) => (one === place ? [text] : []));

  it('shows on hover what an option means, what it takes and its default', () => {
    editor.write(withEverything);
    const silent = textsHere.filter(({ path, parts }) => !hasAll(editor.hover(markOf(place, path)), parts));
    expect(silent).toEqual([]);
    expect(editor.problems()).toEqual([]);
  });

  it('shows what a group is about', () => {
    editor.write(withEverything);
    const silent = groups.filter((group) => !hasAll(editor.hover(markOf(place, group)), [onOneLine(meaningOf(group))]));
    expect(silent).toEqual([]);
  });

  it('offers every option with the same text', () => {
    editor.write(withNothing);
    const silent: string[] = [];
    for (const group of ['', ...groups]) {
      const mark = markOf(place, group);
      const prefix = group === '' ? '' : `${group}.`;
      const offered = editor.offered(mark);
      for (const text of texts) {
        const name = text.path.slice(prefix.length);
        if (!text.path.startsWith(prefix) || name.includes('.')) continue;
        const isSilent = textsHere.includes(text) && !hasAll(editor.completion(mark, name), text.parts);
        if (!offered.has(name) || isSilent) silent.push(text.path);
      }
    }
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

/** Each place, in a block of its own, with each of these options. */
function allPlaces(optionsIn: (place: string) => string[]): string {
  const blocks = Object.entries(places).flatMap(([place, code]) =>
    optionsIn(place).map((written) => `{ ${code.replace('{}', written)} }\n`),
  );
  return imports + blocks.join('');
}

function markOf(place: string, path: string): string {
  return `/* ${place}: ${path} */`;
}

function within(inner: string, name: string): string {
  return name === '' ? inner : `{ ${name}: ${inner} }`;
}

/** All options of a tree, each with its mark behind its name. */
function members(place: string, tree: OptionTree, prefix = ''): string {
  const written = Object.entries(tree).map(([name, node]) => {
    const path = prefix + name;
    const value = isOption(node) ? 'undefined' : `{ ${members(place, node, `${path}.`)} }`;
    return `${name}${markOf(place, path)}: ${value}`;
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
