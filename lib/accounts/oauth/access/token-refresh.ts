import { Injectable, Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SessionRuntime } from '../../../http/session-runtime.js';
import type { AuthFacts } from '../../../session/auth-facts.js';
import type { KnownLogin } from '../../../session/known-login.js';
import { AccountEvents } from '../../events/account-events.js';
import { isRefusedGrant, reasonOf } from '../oauth-failure.js';
import { OAuthProviders, type OAuthProvider, type ProviderContext } from '../oauth-providers.js';
import type { ProviderTokens } from '../openid-client-library.js';
import { isLive, isUsable, tokensIn, type KeptTokens } from './kept-tokens.js';
import { boundTo } from './token-key.js';
import { TokenRevocation } from './token-revocation.js';
import { TokenSeal } from './token-seal.js';

/** How long an answer of a provider is waited for where its settings do not say, in ms. */
const usualTimeout = 10_000;
/** How much longer than that nobody else asks, in ms: the answer has to be stored. */
const storingTime = 5_000;
/** For how long nobody asks a provider again that has not answered, in ms. */
const restAfterFailure = 1_000;
/** The pauses between looks at what another one is doing, in ms. */
const shortestPause = 20;
const longestPause = 250;

/** Tokens that are to be renewed. */
export interface Wanted {
  readonly login: KnownLogin;
  readonly provider: OAuthProvider;
  /** Of the request. */
  readonly context: ProviderContext | null;
  /** For how long the access token is to be valid, in ms. */
  readonly minValidity: number;
  /** Of the client; empty: unknown. */
  readonly address: string;
  /** Ends the login. */
  end(): Promise<void>;
}

/** `ended`: so has the login. `refused`: the provider does not renew them any more. `missing`: they cannot be renewed. `unavailable`: try again. */
export type Renewed = KeptTokens | 'ended' | 'refused' | 'missing' | 'unavailable';

/**
 * Renews tokens at a provider, once for all requests and processes: with a claim in the session record, which only one can write, and which ends
 * by itself if its process does. The others wait for the new tokens in the record.
 */
@Injectable()
export class TokenRefresh {
  readonly #logger = new Logger('OAuth');
  /** Of this process: one for all requests of a login. */
  readonly #running = new Map<string, Promise<Renewed>>();

  constructor(
    private readonly providers: OAuthProviders,
    private readonly seal: TokenSeal,
    private readonly revocation: TokenRevocation,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  renew(wanted: Wanted): Promise<Renewed> {
    const key = JSON.stringify([wanted.login.lineage, wanted.provider.name]);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const work = this.#renew(wanted).finally(() => {
      this.#running.delete(key);
    });
    this.#running.set(key, work);
    return work;
  }

  async #renew(wanted: Wanted): Promise<Renewed> {
    const lease = leaseOf(wanted.provider);
    const end = performance.now() + lease;
    for (let wait = shortestPause; ; wait = Math.min(longestPause, wait * 2)) {
      const by = randomBytes(16).toString('base64url');
      const kept = await this.#claim(wanted, by, lease);
      if (kept === null) return 'ended';
      if (kept === 'missing') return 'missing';
      const { claim } = kept;
      if (claim?.by === by) return this.#refresh(wanted, kept, by);
      if (kept.isRefused === true) return this.#end(wanted);
      const now = this.runtime.now();
      if (isLive(kept, now, wanted.minValidity)) return kept;
      if (kept.refreshToken === null) return isUsable(kept, now) ? kept : 'missing';
      // Somebody else asks, or has asked in vain.
      if (claim?.hasFailed === true || performance.now() > end) return isUsable(kept, now) ? kept : 'unavailable';
      await pause(wait);
    }
  }

  /** The newest tokens of the login, with a claim by `by` where it is this one's turn; null: the login has ended. */
  async #claim({ login, provider, minValidity }: Wanted, by: string, lease: number) {
    return this.#change(login, provider, (kept) => {
      const now = this.runtime.now();
      const { claim, refreshToken, isRefused } = kept;
      const isDue = !isLive(kept, now, minValidity) && refreshToken !== null && isRefused !== true;
      return isDue && (claim === undefined || claim.until <= now)
        ? { ...kept, claim: { by, until: now + lease } }
        : null;
    });
  }

  async #refresh(wanted: Wanted, kept: KeptTokens, by: string): Promise<Renewed> {
    const { provider } = wanted;
    const askedAt = this.runtime.now();
    let answer: ProviderTokens;
    try {
      const { library } = this.providers;
      const configuration = await this.providers.configurationOf(provider);
      const bound = await boundTo(kept.key, library, configuration);
      answer = await library.refreshTokenGrant(configuration, kept.refreshToken ?? '', {}, bound);
    } catch (error) {
      if (isRefusedGrant(error)) return this.#refused(wanted, kept);
      this.#logger.warn(`Tokens of ${provider.name} were not renewed: ${reasonOf(error)}.`);
      return this.#failed(wanted, kept, by);
    }
    const next = tokensIn(answer, { ...kept, askedAt });
    return next === null ? this.#failed(wanted, kept, by) : this.#store(wanted, kept, next);
  }

  /** The provider may have given up the former refresh token: as long as the claim lasts, it is tried again and again. */
  async #store(wanted: Wanted, former: KeptTokens, next: KeptTokens): Promise<Renewed> {
    const { login, provider, context } = wanted;
    const end = performance.now() + leaseOf(provider);
    for (let wait = shortestPause; ; wait = Math.min(longestPause, wait * 2)) {
      try {
        // What was signed in again meanwhile is newer.
        const stored = await this.#change(login, provider, (kept) =>
          kept.refreshToken === former.refreshToken ? next : null,
        );
        if (stored !== null) return stored;
        this.revocation.begin(context, provider.name, next);
        return 'ended';
      } catch (error) {
        if (performance.now() > end) throw error;
        await pause(wait);
      }
    }
  }

  async #failed({ login, provider }: Wanted, kept: KeptTokens, by: string): Promise<Renewed> {
    const now = this.runtime.now();
    const claim = { by, until: now + restAfterFailure, hasFailed: true } as const;
    await this.#change(login, provider, (newest) => (newest.claim?.by === by ? { ...newest, claim } : null));
    return isUsable(kept, now) ? kept : 'unavailable';
  }

  /** Unless somebody whose claim had ended was successful with it before. */
  async #refused(wanted: Wanted, kept: KeptTokens): Promise<Renewed> {
    const { login, provider, address } = wanted;
    const newest = await this.#change(login, provider, (current) =>
      current.refreshToken === kept.refreshToken ? { ...current, isRefused: true } : null,
    );
    if (newest === null) return 'ended';
    if (newest !== 'missing' && newest.isRefused !== true) return newest;
    const { userId } = login.auth;
    this.events.tell('oauthTokensRefused', { userId: String(userId), provider: provider.name, address });
    return this.#end(wanted);
  }

  async #end(wanted: Wanted): Promise<Renewed> {
    await wanted.end();
    return 'refused';
  }

  /** Changes the tokens of a login in the store. @returns what they are then; `missing`: there are none; null: the login has ended. */
  async #change(
    login: KnownLogin,
    provider: OAuthProvider,
    change: (kept: KeptTokens) => KeptTokens | null,
  ): Promise<KeptTokens | 'missing' | null> {
    const auth: AuthFacts | null = await this.runtime.repository.changeLogin(login, (newest) => {
      const kept = this.seal.in(newest, provider.name);
      const next = kept && change(kept);
      return next && this.seal.put(newest, provider.name, next);
    });
    return auth && (this.seal.in(auth, provider.name) ?? 'missing');
  }
}

function leaseOf({ settings: { timeout = usualTimeout } }: OAuthProvider): number {
  return timeout + storingTime;
}
