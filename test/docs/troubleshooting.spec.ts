import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { textsInLib } from './messages-in-lib.js';
import { pages, project } from './pages.js';

const page = pages().find(({ path }) => path === 'docs/troubleshooting.md')?.text ?? '';
const reference = pages().find(({ path }) => path === 'docs/reference/errors.md')?.text ?? '';
const texts = textsInLib();

/** What the page quotes: the first cell of each row below "Messages", and the texts of the log in the symptoms. */
const quoted = [
  ...[...page.slice(page.indexOf('\n## Messages')).matchAll(/^\| `(.+?)` +\|/gm)].map(([, text = '']) => text),
  ...[...page.matchAll(/The log has `([^`]+)`/g)].map(([, text = '']) => text),
].filter((text) => !/^[A-Z]+(?:_[A-Z]+)+$/.test(text));

/** Texts that are no messages, or that somebody else reads: who writes code sees them at once, with a stack. */
const elsewhere =
  /options\.ts$|config\/(?:kinds|quote)|^testing\/|^opentelemetry\/instruments|^swagger\/|^accounts\/openapi\/|\.api\.ts$|^schematics\/|^cli\/|examination\.ts$|lua-texts|dialects\/|account-dialect|audit-table|adopted-table|adoption\/source\/|^accounts\/messages\/|statements\.ts|other-names|public-url|set-cookie|user-id|table-name|database-url|mongodb-url|mongodb\/names|cookie-place|known-secrets|placeholder\.ts|errors\.ts$|errno\.ts|serializer\/|interop\/flask\/|interop\/express\/express-record|http\/http-date|owner-index|parts\.ts|records\.ts$/;

/** What files that have mostly other texts log. */
const loggedThere = /it counts as no session\.$|could not be removed/;

/** A sentence that is logged, such as `… is back.`; fragments are parts of a list of problems, which say what they expect. */
function isNotice({ file, text, isThrown }: (typeof texts)[number]): boolean {
  if (isThrown) return false;
  if (elsewhere.test(file) && !loggedThere.test(text)) return false;
  const words = text.replaceAll('…', ' ').trim().split(/\s+/);
  return (
    words.length >= 5 &&
    /^[…A-Z]/.test(text) &&
    /[.)…]$|^(?:A|Two) /.test(text) &&
    !/^SELECT|^PRAGMA|^SET |^(?:INSERT|UPDATE|DELETE) /.test(text)
  );
}

/** Where the parts that a text has beside those that differ are in `whole`. */
function matches(text: string, whole: string): boolean {
  const parts = text.split('…').map((part) => part.trim());
  return parts.every((part) => part.length < 3 || whole.includes(part));
}

describe('the page of troubleshooting', () => {
  it('quotes messages, and only those that the package has', () => {
    expect(quoted.length).toBeGreaterThan(100);
    expect(quoted.filter((quote) => !texts.some(({ text }) => matches(quote, text)))).toEqual([]);
  });

  it('has every warning and notice that the package logs', () => {
    const notices = texts.filter(isNotice);
    expect(notices.length).toBeGreaterThan(50);
    const missing = notices.filter(({ text }) => !quoted.some((quote) => matches(quote, text)));
    expect(missing.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
  });

  it('has every code of an error, which the reference describes', () => {
    const errors = readFileSync(join(project, 'lib/errors.ts'), 'utf8');
    const codes = [...new Set([...errors.matchAll(/'((?:SESSION|FLASK)_[A-Z_]+)'/g)].map(([, code = '']) => code))];
    const csrf = readFileSync(join(project, 'lib/auth/csrf/csrf-refused.exception.ts'), 'utf8');
    const refusals = [...new Set([...csrf.matchAll(/\bCSRF_[A-Z_]+/g)].map(([code]) => code))];
    expect(codes.length).toBeGreaterThan(10);
    expect(refusals.length).toBeGreaterThan(3);
    expect([...codes, ...refusals].filter((code) => !page.includes(`| \`${code}\``))).toEqual([]);
    expect(codes.filter((code) => !reference.includes(`\`${code}\``))).toEqual([]);
  });
});
