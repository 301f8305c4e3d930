import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { flaskSecurityKeys } from '../../lib/accounts/flask-security-keys.js';
import { flaskSecurityPage, flaskSecurityPagePath } from '../../scripts/reference/flask-security.js';
import * as names from '../../scripts/reference/flask-security-names.js';
import { project } from './pages.js';

const page = readFileSync(join(project, flaskSecurityPagePath), 'utf8');

/** What a page names as code. */
const named = new Set([...page.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text.replace(/\(.*/s, '')));

describe('the page for those who come from Flask-Security', () => {
  it('has the configuration keys as the options and the warnings have them', () => {
    expect(page).toBe(flaskSecurityPage());
  });

  it('has a row for each key that is warned of, and no warning is for a key that there is none of', () => {
    const rows = [...page.matchAll(/^\| `(SECURITY_\w+)`/gm)].map(([, key]) => key);
    expect([...flaskSecurityKeys.keys()].filter((key) => !rows.includes(key))).toEqual([]);
    expect(rows.sort()).toEqual([...names.flaskSecuritySettings].sort());
  });

  it.each([
    ['endpoint', names.flaskSecurityViews],
    ['signal', names.flaskSecuritySignals],
    ['decorator', names.flaskSecurityDecorators],
    ['function', names.flaskSecurityFunctions],
    ['class', names.flaskSecurityClasses],
    ['form', names.flaskSecurityForms],
  ])('names every %s', (_kind, wanted) => {
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((name) => !named.has(name))).toEqual([]);
  });
});
