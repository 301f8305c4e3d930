import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { accountsModuleOptions } from '../../lib/accounts/accounts.options.js';
import { optionEntries } from '../../lib/config/tree.js';
import { sessionModuleOptions } from '../../lib/session-module.options.js';
import type { Place } from '../../scripts/reference/flask-security-tests/row.js';
import { suites } from '../../scripts/reference/flask-security-tests/suites.js';
import { namesIn } from '../../scripts/reference/shown-tests.js';
import { project } from './pages.js';

/** How many test functions each file of Flask-Security 5.9 has, one of `test_misc` in a comment. */
const functions = {
  ...{ test_basic: 103, test_misc: 79, test_unified_signin: 64, test_webauthn: 47, test_two_factor: 46 },
  ...{ test_registerable: 36, test_recoverable: 35, test_datastore: 32, test_csrf: 27, test_changeable: 22 },
  ...{ test_confirmable: 22, test_oauthglue: 20, test_cli: 16, test_tokens: 16, test_change_username: 13 },
  ...{ test_response: 11, test_hashing: 10, test_async: 9, test_change_email: 8, test_recovery_codes: 8 },
  ...{ test_passwordless: 7, test_context_processors: 6, test_entities: 5, test_templates: 5, test_trackable: 4 },
  ...{ test_tf_plugin: 3, test_configuration: 2, test_phone_util: 1 },
};

const rows = Object.entries(suites).flatMap(([file, suite]) =>
  Object.entries(suite).map(([name, row]) => ({ name: `${file}: ${name}`, ...row })),
);

describe('the tests of Flask-Security', () => {
  it('are all named, by file', () => {
    expect(
      Object.fromEntries(Object.entries(suites).map(([file, suite]) => [file, Object.keys(suite).length])),
    ).toEqual(functions);
    expect(rows).toHaveLength(657);
  });

  it('are the same, better or different by something that can be looked up, and otherwise for a reason', () => {
    const unfounded = rows.filter(({ verdict, why, places }) => {
      const isHeld = verdict === 'same' || verdict === 'better';
      return (isHeld && places.length === 0) || (verdict !== 'same' && why.length < 10);
    });
    expect(unfounded).toEqual([]);
  });

  it('point to tests and options that there are', () => {
    const options = [accountsModuleOptions, sessionModuleOptions].flatMap((tree) =>
      optionEntries(tree).map(({ path }) => path),
    );
    const titles = new Map<string, ReadonlySet<string>>();
    const exists = (place: Place): boolean => {
      if ('option' in place) return options.includes(place.option);
      if (!titles.has(place.file)) titles.set(place.file, namesOf(place.file));
      return titles.get(place.file)?.has(place.title) === true;
    };
    expect(rows.flatMap(({ places }) => places).filter((place) => !exists(place))).toEqual([]);
    expect(titles.size).toBeGreaterThan(20);
  });
});

/** The names of the tests in a file, or of the cases of a contract: they are the names of its properties. */
function namesOf(file: string): ReadonlySet<string> {
  if (!existsSync(join(project, file))) return new Set();
  if (file.endsWith('.spec.ts')) return new Set(namesIn(file));
  return new Set(
    [...readFileSync(join(project, file), 'utf8').matchAll(/^  '(.+)': async \(/gm)].map(([, name = '']) => name),
  );
}
