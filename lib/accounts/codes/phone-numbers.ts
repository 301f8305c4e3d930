import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/max';
import { settingName } from '../../config/setting-name.js';
import { SessionConfigError } from '../../errors.js';
import { importPeer } from '../../stores/import-peer.js';
import { AccountsConfig } from '../accounts-config.js';
import { smsOptions } from './sms.options.js';

/** What is used of the library for telephone numbers. */
interface PhoneLibrary {
  isSupportedCountry(country: string): country is CountryCode;
  parsePhoneNumberFromString(
    text: string,
    options: { readonly defaultCountry?: CountryCode; readonly extract: false },
  ): PhoneNumber | undefined;
}

/** Why a number gets no messages. `invalid`: it is none; `country`: it is of a country that gets no messages; `type`: it is of no mobile telephone. */
export type PhoneRefusal = 'invalid' | 'country' | 'type';

/** Digits with what people write between them. Letters, extensions and anything after a `;` are none of a mobile number. */
const form = /^\+?[\d\s().\/\u2010-\u2015-]{4,40}$/;
/** In some countries, such as the United States, a number does not tell whether it is that of a mobile telephone. */
const mobile: ReadonlySet<string | undefined> = new Set(['MOBILE', 'FIXED_LINE_OR_MOBILE']);

/** Telephone numbers, and which of them get messages. */
@Injectable()
export class PhoneNumbers implements OnModuleInit {
  #library: PhoneLibrary | null = null;

  constructor(@Inject(AccountsConfig) private readonly config: Pick<AccountsConfig, 'options'>) {}

  /**
   * @throws SessionPeerMissingError without the library, where codes by SMS are on
   * @throws SessionConfigError for a country that does not exist
   */
  async onModuleInit(): Promise<void> {
    const { enabled, countries, region } = this.config.options.sms;
    if (!enabled) return;
    // The whole metadata: only by it, a number tells its type and, where several countries share a code, its country.
    const library = await importPeer('libphonenumber-js', 'sms', () => import('libphonenumber-js/max'));
    this.#library = library;
    const unknown = [...countries, ...(region === null ? [] : [region])].filter(
      (country) => !library.isSupportedCountry(country),
    );
    if (unknown.length === 0) return;
    const setting = settingName(smsOptions.countries.env, 'sms.countries');
    throw new SessionConfigError([
      { setting, problem: `there is no country ${unknown.join(', ')} that has telephones` },
    ]);
  }

  /** The number in E.164 form, or why it gets no messages. @param typed untrusted */
  read(typed: string): { readonly number: string } | { readonly refused: PhoneRefusal } {
    const { countries } = this.config.options.sms;
    const parsed = this.#parse(typed.normalize('NFKC').trim());
    if (parsed?.isValid() !== true || parsed.ext !== undefined) return { refused: 'invalid' };
    if (parsed.country === undefined || !countries.includes(parsed.country)) return { refused: 'country' };
    return mobile.has(parsed.getType()) ? { number: parsed.number } : { refused: 'type' };
  }

  /** Whether a number gets messages now: the settings may have changed since it was entered. @param number in E.164 form */
  isServed(number: string): boolean {
    return 'number' in this.read(number);
  }

  #parse(text: string): PhoneNumber | undefined {
    const library = this.#library;
    if (library === null) throw new TypeError('Codes by SMS are off.');
    if (!form.test(text)) return undefined;
    const { countries, region } = this.config.options.sms;
    const home = region ?? (countries.length === 1 ? countries[0] : undefined);
    const own = home !== undefined && library.isSupportedCountry(home) ? { defaultCountry: home } : {};
    return library.parsePhoneNumberFromString(text, { ...own, extract: false });
  }
}
