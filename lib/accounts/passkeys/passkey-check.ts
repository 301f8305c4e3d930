import { Injectable } from '@nestjs/common';
import { stateOf, type SessionObject } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import type { Exchange } from '../http/exchange.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { AssertionJson } from './credential-input.js';
import { factorsOfPasskey, isKeyAlone, type PasskeyWorth } from './passkey-factors.js';
import { PasskeyFlows, type Ceremony } from './passkey-flows.js';
import { PasskeyRows } from './passkey-rows.js';
import type { StoredPasskey } from './passkey.js';
import { WebAuthn, type CeremonyOptions, type VerifiedAssertion } from './webauthn.js';

/** Who has used a passkey. */
export interface PasskeyProof {
  /** As it was when the passkey was checked. */
  readonly account: StoredAccount;
  /** As named in RFC 8176. */
  readonly factors: readonly string[];
}

/** What a browser needs to use or to create a passkey. @publicApi */
export interface BegunCeremony {
  /** The value to send back with the credential. */
  readonly flow: string;
  /** For `PublicKeyCredential.parseRequestOptionsFromJSON()` or `parseCreationOptionsFromJSON()`. */
  readonly options: CeremonyOptions;
}

/** Asks for a passkey, and checks the one that was used. */
@Injectable()
export class PasskeyCheck {
  constructor(
    private readonly config: AccountsConfig,
    private readonly flows: PasskeyFlows,
    private readonly rows: PasskeyRows,
    private readonly repository: AccountRepository,
    private readonly webauthn: WebAuthn,
    private readonly events: AccountEvents,
  ) {}

  /** @param account whose passkeys may be used; null: anybody's, which the browser finds by itself */
  async begin(ceremony: Ceremony, session: SessionObject, account: StoredAccount | null): Promise<BegunCeremony> {
    const { loginTimeout: timeout } = this.config.options.passkeys;
    const known = account === null ? null : await this.rows.of(account.id);
    const { flow, challenge } = await this.flows.begin(ceremony, session, account);
    const userVerification = this.#verificationFor(ceremony, account);
    return { flow, options: await this.webauthn.requestOptions(challenge, known, { userVerification, timeout }) };
  }

  /** Uses the ceremony up. Null, whatever the reason: nobody is proved to be there. */
  async check(
    ceremony: Ceremony,
    exchange: Exchange,
    flow: string,
    assertion: AssertionJson,
    account: StoredAccount | null,
  ): Promise<PasskeyProof | null> {
    const challenge = await this.flows.use(ceremony, await exchange.session(), flow, account);
    if (challenge === null) return null;
    const passkey = await this.rows.findByCredential(assertion.id);
    if (passkey === null) return null;
    const verification = this.#verificationFor(ceremony, account);
    const verified = await this.webauthn.verifyAssertion(assertion, challenge, passkey, verification);
    if (verified === null) return null;
    const owner = await this.#ownerOf(passkey, assertion, account);
    if (owner === null) return null;
    const use = await this.rows.use(passkey, verified);
    const event = { userId: owner.id, address: exchange.client.address };
    if (use === 'cloned') this.events.tell('passkeyCloned', event);
    if (use === 'cloned' || use === 'gone') return null;
    if (use === 'backup-changed') {
      this.events.tell('passkeyBackedUp', { ...event, isBackedUp: verified.isBackedUp });
    }
    const worth = this.#worthOf(verified, ceremony, await exchange.session());
    return { account: owner, factors: factorsOfPasskey(passkey, worth) };
  }

  /** The passkey's account, if it is the one that is asked for, and the one that the authenticator names. */
  async #ownerOf(
    { row }: StoredPasskey,
    { userHandle }: AssertionJson,
    asked: StoredAccount | null,
  ): Promise<StoredAccount | null> {
    if (asked !== null && asked.id !== row.accountId) return null;
    const owner = asked ?? (await this.repository.find(row.accountId));
    if (owner === null) return null;
    // One that the browser was told to ask for need not say whose it is.
    if (userHandle === null) return asked;
    // The signature alone says whose an adopted one is.
    return userHandle === owner.state.handle || row.data['hasOwnHandle'] === true ? owner : null;
  }

  #worthOf({ isUserVerified }: VerifiedAssertion, ceremony: Ceremony, session: SessionObject): PasskeyWorth {
    if (isUserVerified && this.config.options.passkeys.multiFactor) return 'all';
    const isFirst = ceremony === 'login' || isKeyAlone(Object.keys(stateOf(session).auth?.factors ?? {}));
    return isFirst ? 'first' : 'second';
  }

  /** Whose passkey it is has to be known by more than the device only where nothing else was proved, or could be. */
  #verificationFor(ceremony: Ceremony, account: StoredAccount | null): 'required' | 'preferred' {
    const isAlone = account === null || (ceremony === 'verify' && account.password === null);
    return isAlone ? this.config.options.passkeys.userVerification : 'preferred';
  }
}
