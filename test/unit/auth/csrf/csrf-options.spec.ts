import { describe, expect, it } from '@jest/globals';
import { checkCsrf } from '../../../../lib/auth/csrf/check-csrf.js';
import { csrfOptions } from '../../../../lib/auth/csrf/csrf.options.js';
import type { Environment, OptionInput } from '../../../../lib/config/option.js';
import { resolveOptions } from '../../../../lib/config/read.js';

const tree = { csrf: csrfOptions };

function read(code: OptionInput<typeof csrfOptions>, environment: Readonly<Record<string, string>> = {}) {
  return resolveOptions(tree, {
    code: { csrf: code },
    source: { get: (key) => environment[key] },
    environment: 'production',
  });
}

describe('the options of CsrfGuard', () => {
  it('have these defaults', () => {
    const { options, problems } = read({});
    expect(problems).toEqual([]);
    expect(options.csrf).toEqual({ mode: 'origin', trustedOrigins: [], header: 'x-csrf-token', field: '_csrf' });
  });

  it('come from the environment', () => {
    const { options, problems } = read(
      {},
      {
        SESSION_CSRF_MODE: 'token',
        SESSION_CSRF_TRUSTED_ORIGINS: 'https://App.example, capacitor://localhost,http://localhost:5173',
        SESSION_CSRF_HEADER: 'X-XSRF-TOKEN',
        SESSION_CSRF_FIELD: 'csrf_token',
      },
    );
    expect(problems).toEqual([]);
    expect(options.csrf).toEqual({
      mode: 'token',
      trustedOrigins: ['https://app.example', 'capacitor://localhost', 'http://localhost:5173'],
      header: 'X-XSRF-TOKEN',
      field: 'csrf_token',
    });
  });

  it('have trusted origins as browsers send them', () => {
    const trustedOrigins = ['HTTPS://App.Example:443', ' https://b.example ', 'https://bücher.example:8443'];
    expect(read({ trustedOrigins }).options.csrf.trustedOrigins).toEqual([
      'https://app.example',
      'https://b.example',
      'https://xn--bcher-kva.example:8443',
    ]);
  });

  it.each(['null', '*', 'https://*.example', 'app.example', 'https://app.example/', 'https://u@app.example', ''])(
    'ASVS 3.5.1: no trusted origin is %j',
    (origin) => {
      expect(read({ trustedOrigins: [origin] }).problems).toEqual([
        {
          setting: 'SESSION_CSRF_TRUSTED_ORIGINS (csrf.trustedOrigins)',
          problem: expect.stringMatching(
            /^item 1: expected an origin such as https:\/\/shop\.example, without a path and without \*/,
          ),
        },
      ]);
    },
  );

  it.each([{ header: 'x csrf' }, { header: '' }, { header: 'x:y' }, { field: '' }, { field: 'a b' }])(
    'refuse %j',
    (code) => {
      expect(read(code).problems).toHaveLength(1);
    },
  );
});

describe('settings that are worth a word', () => {
  const warnings = (
    code: OptionInput<typeof csrfOptions>,
    environment: Environment = 'production',
    rotateEvery: number | null = null,
  ) => checkCsrf({ csrf: read(code).options.csrf, rotateEvery }, environment).warnings;

  it('are none by default', () => {
    expect(warnings({})).toEqual([]);
    expect(warnings({}, 'production', 60_000)).toEqual([]);
    expect(warnings({ mode: 'token' })).toEqual([]);
  });

  it('are trusted origins without HTTPS, in production, on another machine', () => {
    const trustedOrigins = ['http://app.example', 'http://localhost:5173', 'http://[::1]', 'https://b.example'];
    expect(warnings({ trustedOrigins })).toEqual([
      expect.stringMatching(/^SESSION_CSRF_TRUSTED_ORIGINS \(csrf\.trustedOrigins\) has http:\/\/app\.example: /),
    ]);
    expect(warnings({ trustedOrigins: ['http://localhost.evil.example'] })).toHaveLength(1);
    expect(warnings({ trustedOrigins }, 'development')).toEqual([]);
  });

  it('are tokens that a rotation ends', () => {
    expect(warnings({ mode: 'token' }, 'development', 60_000)).toEqual([
      expect.stringMatching(/^SESSION_CSRF_MODE \(csrf\.mode\) is token, and SESSION_ROTATE_EVERY /),
    ]);
  });
});
