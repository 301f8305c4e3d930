import { ForbiddenException, HttpException, Injectable, UnauthorizedException } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import {
  SessionAbilityMissingError,
  SessionGoneError,
  SessionLoginRefusedError,
  type LoginRefusal,
} from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { accountOf, type StoredAccount } from '../repository/account.js';
import type { EntryHow } from './entry.js';
import { TrustedDevices } from '../trusted-devices/trusted-devices.js';
import { GateFeature, withEpoch } from './gate.feature.js';

/** Logs accounts in through the gate, and ends their logins. */
@Injectable()
export class Entrance {
  constructor(
    private readonly auth: AuthService,
    private readonly gate: GateFeature,
    private readonly trusted: TrustedDevices,
    private readonly runtime: SessionRuntime,
  ) {}

  /** Logs in. @returns why not; null: it has. */
  async enter(
    session: SessionObject,
    account: StoredAccount,
    how: EntryHow,
    { remember = false }: { readonly remember?: boolean },
  ): Promise<LoginRefusal | null> {
    try {
      await this.auth.login(session, accountOf(account), this.gate.optionsOf(how, { remember }));
      return null;
    } catch (error) {
      const cause: unknown = error instanceof ForbiddenException ? error.cause : error;
      if (cause instanceof SessionLoginRefusedError) return cause.reason;
      throw error;
    }
  }

  /**
   * Goes on in this session after a change that has raised the account's epoch: as a login that has just been proved, with a new id. All
   * other sessions and remembered logins of the account end, before anything of this session can fail. If this session is over by now, it
   * stays so.
   *
   * @param factors what the change has proved; none: it goes on without being any fresher
   */
  async goOn(session: SessionObject, account: StoredAccount, factors: readonly string[]): Promise<void> {
    const state = stateOf(session);
    if (state.auth !== null) state.setLogin(withEpoch(state.auth, account.epoch));
    await this.endAll(account.id, session);
    try {
      if (factors.length > 0) await this.auth.confirm(session, { factors });
      else if (state.auth !== null) await this.runtime.repository.confirm(session, state.auth);
    } catch (error) {
      // The change has been made and cannot be taken back.
      if (!isOver(error)) throw error;
    }
  }

  /** Ends the sessions, remembered logins and trusted devices of an account whose epoch has been raised, except one session. */
  async endAll(accountId: string, except: SessionObject | null): Promise<void> {
    try {
      await this.trusted.endAll(accountId);
    } catch (error) {
      // The epoch has ended them; these are only their rows.
      this.runtime.report(error);
    }
    try {
      await this.auth.logoutEverywhere(accountId, { except });
    } catch (error) {
      // Without an owner index, the epoch ends sessions and remembered logins when they are used next.
      if (error instanceof SessionAbilityMissingError) return;
      // The change has been made and cannot be taken back; the epoch ends what could not be ended now.
      this.runtime.report(error);
    }
  }
}

/** Whether a session, or its login, has been ended by somebody else. */
function isOver(error: unknown): boolean {
  if (error instanceof UnauthorizedException) return true;
  return (error instanceof HttpException ? error.cause : error) instanceof SessionGoneError;
}
