import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { flaskSecurityPagePath } from '../../scripts/reference/flask-security.js';
import { project } from './pages.js';

const from = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/**
 * The behaviours of Flask-Security that accounts are held to, by their numbers: logins 25 to 34, redirects 35, what tells nothing 36 to 38,
 * registration 39 to 43, confirmation 44 to 46, reset 47 to 50, change of password 51 to 53, of the address 54 and 55, of the username 56, tokens 57 to 62, HTTP Basic 63 and 64, guards 65, freshness 66, tokens of forms 67, what is wrong at boot 68,
 * second factors 69 to 75, login by mail 76 and 77, passkeys 78, other providers 79, keys and hashes 80, counted logins 81, administration 82.
 */
const rows = from(25, 82);

it('each behaviour of Flask-Security has a test of its name, or a line that says why it is different here', () => {
  const tests = ['unit', 'e2e', 'contract', 'browser'].flatMap((suite) => {
    const folder = join(project, 'test', suite);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.spec.ts'),
    );
    return files.flatMap((file) =>
      numbersIn(readFileSync(join(folder, file), 'utf8'), /(?:C2-|Flask-Security row )(\d+)/g),
    );
  });
  const lines = numbersIn(readFileSync(join(project, flaskSecurityPagePath), 'utf8'), /\(rows? (\d[\d, ]*)[:)]/g);
  expect(rows.filter((row) => !tests.includes(row) && !lines.includes(row))).toEqual([]);
  // Neither may name a row that there is none of. Further ones of the tests belong to other parts of the package.
  expect(lines.filter((row) => !rows.includes(row))).toEqual([]);
});

function numbersIn(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].flatMap(([, numbers = '']) => numbers.split(',').map(Number));
}
