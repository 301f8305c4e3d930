import { Injectable } from '@nestjs/common';
import type { AuthFeature, Entry } from '../../auth/auth-feature.js';
import { LoginFeature } from '../../auth/features.js';
import type { LoginOptions } from '../../auth/login.js';
import { SessionLoginRefusedError } from '../../errors.js';
import { actorOf, type AuthFacts } from '../../session/auth-facts.js';
import { AccountRepository } from '../repository/account-repository.js';
import { AccountGate } from './account-gate.js';
import { isFinal, type EntryHow } from './entry.js';

/** The name under which a login keeps the account's epoch. */
const EPOCH = 'accountEpoch';

/** The account's epoch that a login was made under. A login from before there were accounts, such as a migrated one, has the first one. */
export function epochOf({ extras }: AuthFacts): number {
  const epoch = extras?.[EPOCH];
  return typeof epoch === 'number' ? epoch : 0;
}

/** The same login under an epoch. */
export function withEpoch(auth: AuthFacts, epoch: number): AuthFacts {
  return { ...auth, extras: { ...auth.extras, [EPOCH]: epoch } };
}

/** The same login, if its factors were proved earlier than it was made: it is no fresher than they are. */
function provedAt(auth: AuthFacts, time: number | undefined): AuthFacts {
  if (time === undefined || auth.factors === undefined) return auth;
  const factors = Object.entries(auth.factors).map(([name, at]) => [name, Math.max(0, Math.min(at, time))]);
  return { ...auth, factors: Object.fromEntries(factors) as Record<string, number> };
}

/** The way of a request whose session has this login. */
export function wayOf(auth: AuthFacts): 'session' | 'impersonation' {
  return actorOf(auth) === null ? 'session' : 'impersonation';
}

/** Lets each login pass the gate, the application's own ones included, and notes the epoch with it. */
@LoginFeature()
@Injectable()
export class GateFeature implements AuthFeature {
  /** How the logins of this module are made, by their options. */
  readonly #ways = new WeakMap<LoginOptions, EntryHow>();

  constructor(
    private readonly repository: AccountRepository,
    private readonly gate: AccountGate,
  ) {}

  /** The options for `AuthService.login()`, whose way in is then known. */
  optionsOf(how: EntryHow, options: LoginOptions): LoginOptions {
    const own = { ...options, factors: how.factors };
    this.#ways.set(own, how);
    return own;
  }

  /** How a login is made that this module makes; undefined: it is the application's own. */
  howOf(options: LoginOptions): EntryHow | undefined {
    return this.#ways.get(options);
  }

  /** A remembered login has the epoch that its device was remembered under. */
  async isRestorable(auth: AuthFacts): Promise<boolean> {
    const { userId, forced } = auth;
    const account = typeof userId === 'string' ? await this.repository.find(userId) : null;
    const how = { way: 'remembered' as const, factors: [], epoch: epochOf(auth) };
    const reason = await this.gate.mayEnter(account, how);
    return reason === null || (forced === true && !isFinal(reason));
  }

  async entering({ userId, options }: Entry, facts: AuthFacts): Promise<AuthFacts> {
    const how: EntryHow = this.#ways.get(options) ?? {
      way: 'application' as const,
      factors: options.factors ?? ['pwd'],
    };
    const account = typeof userId === 'string' ? await this.repository.find(userId) : null;
    const reason = await this.gate.mayEnter(account, how);
    if (reason !== null && (options.force !== true || isFinal(reason))) {
      throw new SessionLoginRefusedError(reason, 'Nobody can log in to this account at the moment.');
    }
    const forced = reason === null ? {} : { forced: true as const };
    return { ...withEpoch(provedAt(facts, how.provedAt), account?.epoch ?? 0), ...forced };
  }
}
