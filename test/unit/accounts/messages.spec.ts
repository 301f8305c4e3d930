import { describe, expect, it } from '@jest/globals';
import { english } from '../../../lib/accounts/messages/english.js';
import { german } from '../../../lib/accounts/messages/german.js';
import { languagesIn, MessageCatalog } from '../../../lib/accounts/messages/messages.js';

const catalog = new MessageCatalog({}, 'en', null);

describe('the language of a text', () => {
  it.each([
    ['de', 'de'],
    ['de-AT,en;q=0.5', 'de'],
    ['en;q=0.5,de;q=0.6', 'de'],
    ['fr,de;q=0.1', 'de'],
    ['de;q=0', 'en'],
    ['fr', 'en'],
    ['*', 'en'],
    [',;q=,de;q=2', 'en'],
    ['', 'en'],
  ])('is, for Accept-Language %j, %s', (header, locale) => {
    expect(catalog.textsFor(null, header).locale).toBe(locale);
  });

  it('is that of the account, if there are texts in it', () => {
    expect(catalog.textsFor('de-CH', 'en').locale).toBe('de');
    expect(catalog.textsFor('fr', 'de').locale).toBe('de');
  });
});

describe('the texts', () => {
  it('are there in German with the same values in braces as in English', () => {
    const valuesIn = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
    for (const [key, text] of Object.entries(english)) {
      expect([key, valuesIn(german[key as keyof typeof english])]).toEqual([key, valuesIn(text)]);
    }
  });

  it('are replaced one by one, in the box or by a library', () => {
    const own = new MessageCatalog(
      { fr: { 'login.title': 'Connexion' }, en: { 'login.title': 'Sign in' } },
      'en',
      null,
    );
    expect(own.textsFor(null, 'fr').text('login.title')).toBe('Connexion');
    expect(own.textsFor(null, 'fr').text('register.title')).toBe('Create an account');
    expect(own.textsFor(null, 'en').text('login.title')).toBe('Sign in');
    const library = new MessageCatalog({}, 'en', (key, values) =>
      key === 'account.in' ? `<${String(values['email'])}>` : null,
    );
    expect(library.textsIn('en').text('account.in', { email: 'a@b.example' })).toBe('<a@b.example>');
    expect(library.textsIn('en').text('login.title')).toBe('Log in');
  });

  it('take values as they are, even those that look like further values', () => {
    expect(catalog.textsIn('en').text('account.in', { email: '{site}' })).toBe('You are logged in as {site}.');
  });

  it('have a general one for an error code without its own', () => {
    expect(catalog.textsIn('en').error('toString')).toBe('Please check what you entered');
  });

  it('round durations to what a reader needs', () => {
    const { duration } = catalog.textsIn('en');
    expect([
      duration(1),
      duration(60_000),
      duration(120_000),
      duration(3_600_000),
      duration(7_200_000),
      duration(172_800_000),
    ]).toEqual(['2 seconds', '60 seconds', '2 minutes', '60 minutes', '2 hours', '2 days']);
  });
});

describe('languagesIn', () => {
  it('reads a long header only so far', () => {
    expect(languagesIn('de,'.repeat(1_000_000)).length).toBeLessThan(400);
  });
});
