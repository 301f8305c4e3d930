import { describe, expect, it } from '@jest/globals';
import { mailKinds } from '../../lib/accounts/mail/mail.js';
import { defaultPages } from '../../lib/accounts/pages/default-pages.js';
import { foreignFormats } from '../../lib/cli/adopt/arguments.js';
import { pages } from './pages.js';

/** What a page has to name, each in backticks. */
const lists: Readonly<Record<string, readonly string[]>> = {
  'docs/accounts/mails.md': mailKinds,
  'docs/accounts/pages.md': Object.keys(defaultPages),
  'docs/accounts/adoption.md': foreignFormats,
};

describe.each(Object.entries(lists))('%s', (path, names) => {
  it('names all that there are', () => {
    const text = pages().find((page) => page.path === path)?.text ?? '';
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
