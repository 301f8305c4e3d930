import { Injectable } from '@nestjs/common';
import type { Exchange } from '../http/exchange.js';
import type { StoredAccount } from '../repository/account.js';
import type { OAuthProvider } from './oauth-providers.js';
import type { DPoPKeys, ProviderTokens } from './openid-client-library.js';

/** Somebody has proved at a provider whose account it is. A second factor may still be owed. */
export interface OAuthReceipt {
  /** Its session is the one that the login will be in, under a new id. */
  readonly exchange: Exchange;
  readonly account: StoredAccount;
  readonly provider: OAuthProvider;
  /** All that the provider has answered. */
  readonly tokens: ProviderTokens;
  /** The keys that the tokens are bound to; null: none. */
  readonly dpop: DPoPKeys | null;
}

/** Is told of the tokens of each sign-in before there is a login. */
export type OAuthReceiver = (receipt: OAuthReceipt) => Promise<void>;

/** The one place where the answers of providers to a login pass by, for what keeps or uses their tokens. */
@Injectable()
export class OAuthLogins {
  readonly #receivers: OAuthReceiver[] = [];
  readonly #linkers: OAuthReceiver[] = [];

  /** Call it while the application starts. */
  onReceived(receiver: OAuthReceiver): void {
    this.#receivers.push(receiver);
  }

  /** The same for who is logged in, and has linked an account at the provider, or one that was linked before. */
  onLinked(receiver: OAuthReceiver): void {
    this.#linkers.push(receiver);
  }

  async linked(receipt: OAuthReceipt): Promise<void> {
    for (const linker of this.#linkers) await linker(receipt);
  }

  async received(receipt: OAuthReceipt): Promise<void> {
    for (const receiver of this.#receivers) await receiver(receipt);
  }
}
