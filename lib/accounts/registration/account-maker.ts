import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountsService } from '../accounts.service.js';
import type { AccountTakenError } from '../errors.js';
import { AccountEvents } from '../events/account-events.js';
import { accountOf, type StoredAccount } from '../repository/account.js';
import type { NewCredential } from '../repository/credential.js';
import type { JsonValue } from '../repository/json.js';
import type { NormalEmail, NormalUsername } from '../repository/normal-form.js';
import type { RegistrationRequest } from './registration.options.js';

/** An accepted registration, as it waits for its confirmation. */
export interface AcceptedRegistration {
  readonly email: NormalEmail;
  readonly username: NormalUsername | null;
  /** The password hash. */
  readonly password: string;
  readonly locale: string | null;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly address: string;
  readonly userAgent: string;
}

/** What an account gets besides. */
export interface RegistrationExtras {
  readonly roles?: readonly string[];
  readonly credentials?: readonly NewCredential[];
}

/** Makes the account of a registration, with the hooks of the application. */
@Injectable()
export class AccountMaker {
  constructor(
    private readonly config: AccountsConfig,
    private readonly accounts: AccountsService,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  async make(
    {
      email,
      username,
      password,
      locale,
      fields,
      address,
      userAgent,
    }: Omit<AcceptedRegistration, 'password'> & {
      readonly password: string | null;
    },
    emailConfirmedAt: Date | null,
    { roles = [], credentials = [] }: RegistrationExtras = {},
  ): Promise<{ readonly created: StoredAccount } | { readonly taken: AccountTakenError['property'] }> {
    const { beforeRegister, afterRegister } = this.config.options.registration;
    const request: RegistrationRequest = {
      email: email.email,
      username: username?.username ?? null,
      fields,
      address,
      userAgent,
      body: null,
    };
    await beforeRegister?.(request);
    const rest = { password, locale, roles, data: fields, emailConfirmedAt };
    const result = await this.accounts.make(email, username, rest, credentials);
    if ('created' in result) {
      this.events.tell('registered', { userId: result.created.id, address });
      try {
        await afterRegister?.(accountOf(result.created));
      } catch (error) {
        // The account exists: a registration that failed now could not be made again.
        this.runtime.report(error);
      }
    }
    return result;
  }
}
