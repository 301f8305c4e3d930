import type { Environment } from '../../config/option.js';
import type { RoomCheck } from '../../config/room-check.js';
import { settingName } from '../../config/setting-name.js';
import type { ConfigProblem } from '../../errors.js';
import type { AccountsOptions } from '../accounts.options.js';
import { mailAsSecondFactorOption } from '../second-factor/second-factor.options.js';
import { ConsoleSmsSender } from './console-sms-sender.js';
import { smsOptions } from './sms.options.js';

/** What is wrong with, and has to be said of, the settings of codes by SMS. */
export function checkSms(
  { sms, totp, passkeys }: Pick<AccountsOptions, 'sms' | 'totp' | 'passkeys'>,
  environment: Environment,
): RoomCheck {
  const problems: ConfigProblem[] = [];
  if (!sms.enabled) return { problems, warnings: [] };
  const { countries, region } = smsOptions;
  if (sms.countries.length === 0) {
    const problem =
      "is required where sms is on, since whoever asks for codes to expensive numbers has you pay: ['DE'], or DE,AT";
    problems.push({ setting: settingName(countries.env, 'sms.countries'), problem });
  } else if (sms.region !== null && !sms.countries.includes(sms.region)) {
    problems.push({ setting: settingName(region.env, 'sms.region'), problem: 'is not one of sms.countries' });
  }
  const isLogged = sms.sender === null || sms.sender instanceof ConsoleSmsSender;
  if (isLogged && environment === 'production') {
    const problem =
      'is required in production, since codes must not be written to the log: pass an object with send(sms)';
    problems.push({ setting: 'sms.sender', problem });
  }
  const warnings =
    totp.enabled || passkeys.enabled
      ? []
      : ['sms is on without totp and passkeys: users should have the choice of a safer second factor (ASVS 6.6.1).'];
  return { problems, warnings };
}

/** What is wrong with, and has to be said of, a mailbox in place of a second factor. */
export function checkMailFactor({
  mailAsSecondFactor,
  recovery,
  mailLogin,
}: Pick<AccountsOptions, 'mailAsSecondFactor' | 'recovery' | 'mailLogin'>): RoomCheck {
  if (mailAsSecondFactor === false) return { problems: [], warnings: [] };
  const setting = settingName(mailAsSecondFactorOption.env, 'mailAsSecondFactor');
  const others = Object.entries({ recovery, mailLogin }).filter(([, { enabled }]) => enabled);
  return {
    problems: others.map(([name]) => ({
      setting,
      problem: `cannot be combined with ${name}: access to the mailbox would prove both factors`,
    })),
    warnings: [
      'mailAsSecondFactor is on: a code by email is accepted as a second factor, but is not one (ASVS 6.3.6). Have these users set up ' +
        'another one, and then turn it off.',
    ],
  };
}
