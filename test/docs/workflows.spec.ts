import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './pages.js';

const folder = join(project, '.github/workflows');
const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe.each(readdirSync(folder))('the workflow %s', (name) => {
  const commands = [...readFileSync(join(folder, name), 'utf8').matchAll(/^ *- run: .*?\b(npm .+)$/gm)].map(
    ([, command = '']) => command,
  );

  it('runs commands that package.json has', () => {
    const words = commands.map((command) => /^npm (?:run )?([\w:-]+)/.exec(command)?.[1] ?? command);
    expect(words).not.toEqual([]);
    expect(words.filter((word) => !(word in scripts))).toEqual([]);
  });

  it('names suites that exist', () => {
    const suites = commands.flatMap((command) => /^npm test -- (.+)$/.exec(command)?.[1]?.split(' ') ?? []);
    expect(suites.filter((suite) => !existsSync(join(project, 'test', suite)))).toEqual([]);
  });
});
