import { describe, expect, it } from '@jest/globals';
import { PhoneNumbers } from '../../../lib/accounts/codes/phone-numbers.js';
import { processValues } from '../../../lib/config/environment.js';
import { readAccountsConfig } from '../../../lib/accounts/read-config.js';

async function numbersOf(countries: readonly string[], region?: string): Promise<PhoneNumbers> {
  const code = { sms: { enabled: true, countries, region: region ?? null } };
  const { options } = readAccountsConfig(code, processValues({}), 'test', null);
  const numbers = new PhoneNumbers({ options });
  await numbers.onModuleInit();
  return numbers;
}

const german = { number: '+4915112345678' };
const invalid = { refused: 'invalid' };

describe('telephone numbers', () => {
  it.each([
    ['+4915112345678', german],
    ['0151 1234-5678', german],
    ['+49 (0)151 / 12345678', german],
    ['0049 151 12345678', german],
    ['＋４９１５１１２３４５６７８', german],
    [' +49\u00a0151\u00a012345678\t', german],
    ['+4915112345678 ext. 5', invalid],
    ['+4915112345678;ext=5', invalid],
    ['+4915112345678;phone-context=example.com', invalid],
    ['tel:+4915112345678', invalid],
    ['+4915112345678,+4915112345679', invalid],
    ['+49151 12345678\u0000', invalid],
    ['+49151 12345678\ud800', invalid],
    ['+4915112345678@example.com', invalid],
    ['+49+15112345678', invalid],
    ['+999123456789', invalid],
    ['+4915', invalid],
    ['+49151123456789012345', invalid],
    ['0000000000', invalid],
    ['+1 800 FLOWERS', invalid],
    ['constructor', invalid],
    ['', invalid],
    ['9'.repeat(1_000_000), invalid],
    [`+49${' '.repeat(1_000_000)}15112345678`, invalid],
  ])('are read in the form E.164, whatever is written between their digits: %.40j', async (typed, read) => {
    expect((await numbersOf(['DE'])).read(typed)).toEqual(read);
  });

  it.each<[string, string, string]>([
    ['+43664123456', 'another country', 'country'],
    ['+18765551234', 'a country that has its code in common with one that is allowed', 'country'],
    ['+447624123456', 'an island that has its code in common with one that is allowed', 'country'],
    ['+80012345678', 'no country', 'country'],
    ['+882161234567', 'a satellite', 'country'],
    ['+979123456789', 'no country, and is paid for', 'country'],
    ['+4930123456', 'a landline', 'type'],
    ['+4990012345678', 'somebody who is paid for calls', 'type'],
    ['+491805123456', 'a service', 'type'],
    ['+498001234567', 'a service without charge', 'type'],
    ['+447012345678', 'a personal number, which looks like a mobile one', 'type'],
    ['+19005550199', 'somebody who is paid for calls', 'type'],
  ])('get no messages: %s, of %s', async (typed, _whose, refused) => {
    const numbers = await numbersOf(['DE', 'GB', 'US'], 'DE');
    const read = numbers.read(typed);
    // A number whose form is that of none is no number.
    expect(['invalid', refused]).toContain('refused' in read ? read.refused : read);
    expect(numbers.isServed(typed)).toBe(false);
  });

  it('need the code of their country where there are several, unless a setting says which is meant', async () => {
    expect((await numbersOf(['DE', 'AT'])).read('0151 12345678')).toEqual(invalid);
    expect((await numbersOf(['de', 'AT'], 'DE')).read('0151 12345678')).toEqual(german);
    expect((await numbersOf(['US'])).read('(202) 555-0123')).toEqual({ number: '+12025550123' });
  });

  it('are served no longer once their country is not', async () => {
    expect((await numbersOf(['DE'])).isServed('+4915112345678')).toBe(true);
    expect((await numbersOf(['AT'])).isServed('+4915112345678')).toBe(false);
  });

  it('are of countries that exist', async () => {
    await expect(numbersOf(['DE', 'XX', 'YY'])).rejects.toThrow(/SMS_COUNTRIES.*no country XX, YY/s);
  });
});
