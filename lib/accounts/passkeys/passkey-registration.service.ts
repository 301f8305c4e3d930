import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { FactorOwner } from '../factors/factor-owner.js';
import { FactorChanges } from '../factors/factor-changes.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { Arrival, type Arrived, invalidCredentials } from '../login/arrival.js';
import { PendingLogins } from '../pending/pending-logins.js';
import { nothingPending } from '../second-factor/second-factor-steps.js';
import { attestationIn } from './credential-input.js';
import type { BegunCeremony } from './passkey-check.js';
import { factorsOfPasskey } from './passkey-factors.js';
import { PasskeyFlows } from './passkey-flows.js';
import { optionalNameIn } from './passkey-name.js';
import { PasskeyRows } from './passkey-rows.js';
import { PasskeySignals } from './passkey-signals.js';
import { shownPasskey, type Passkey } from './passkey.js';
import type { PasskeySignal } from './shown-passkeys.js';
import { WebAuthn } from './webauthn.js';

/** The most passkeys of an account: browsers are told all of them. */
const most = 50;

/** A passkey that was added. @publicApi */
export interface RegisteredPasskey {
  readonly passkey: Passkey;
  /** What to tell the browser. */
  readonly signal: PasskeySignal | null;
}

/** Adds passkeys to the account that is logged in, or whose login has to set up a second factor. */
@Injectable()
export class PasskeyRegistrationService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly owner: FactorOwner,
    private readonly pending: PendingLogins,
    private readonly arrival: Arrival,
    private readonly flows: PasskeyFlows,
    private readonly rows: PasskeyRows,
    private readonly changes: FactorChanges,
    private readonly signals: PasskeySignals,
    private readonly webauthn: WebAuthn,
  ) {}

  async options(exchange: Exchange): Promise<BegunCeremony> {
    const { account } = await this.owner.of(exchange);
    const known = await this.rows.of(account.id);
    if (known.length >= most) throw new AccountsException(409, 'TOO_MANY_PASSKEYS');
    const handle = await this.rows.handleOf(account);
    if (handle === null) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    const { flow, challenge } = await this.flows.begin('registration', await exchange.session(), account);
    const { residentKey, userVerification, attachment, registrationTimeout: timeout } = this.config.options.passkeys;
    const user = { handle, ...this.signals.namesOf(account) };
    const wish = { residentKey, userVerification, attachment, timeout };
    return { flow, options: await this.webauthn.creationOptions(challenge, user, known, wish) };
  }

  async register(exchange: Exchange): Promise<RegisteredPasskey | Arrived> {
    const { userVerification, multiFactor, nameLength } = this.config.options.passkeys;
    const input = new Input(exchange.body);
    const flow = input.token('flow');
    const attestation = attestationIn(input);
    const name = optionalNameIn(input, nameLength);
    input.check();
    const { account, pending } = await this.owner.of(exchange);
    const challenge = await this.flows.use('registration', await exchange.session(), flow, account);
    if (challenge === null) throw invalid({ flow: ['FLOW_INVALID'] });
    const verified = await this.webauthn.verifyAttestation(attestation, challenge, userVerification);
    if (verified === null) throw invalid({ credential: ['CREDENTIAL_INVALID'] });
    const { facts, isUserVerified } = verified;
    // Looked at before, since a change that fails ends the other sessions nevertheless.
    if ((await this.rows.findByCredential(facts.credentialId)) !== null) throw taken();
    const proved = factorsOfPasskey(facts, isUserVerified && multiFactor ? 'all' : 'second');
    if (pending !== null && !(await this.pending.take(await exchange.session(), pending))) throw nothingPending();
    const change = { method: 'passkey', change: 'added', name, proved } as const;
    const { account: changed, result: added } = await this.changes.makeIn(exchange, account, change, async (opened) => {
      const result = await this.rows.add(opened, facts, name);
      if ('taken' in result) throw taken();
      if ('gone' in result) throw new AccountsException(409, 'CHANGED_MEANWHILE');
      return result.added;
    });
    if (pending !== null) {
      if (changed === null) throw invalidCredentials();
      const how = { ...this.pending.howOf(pending, proved), epoch: changed.epoch };
      return this.arrival.enter(exchange, changed, how, pending);
    }
    return { passkey: shownPasskey({ ...facts, row: added }), signal: await this.signals.of(account) };
  }
}

function taken(): AccountsException {
  return new AccountsException(409, 'PASSKEY_TAKEN', { credential: ['PASSKEY_TAKEN'] });
}
