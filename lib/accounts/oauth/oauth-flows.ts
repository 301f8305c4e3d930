import { Injectable } from '@nestjs/common';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { DeviceCookies } from '../../auth/limiter/device-cookies.js';
import { SetCookie } from '../../cookie/set-cookie.js';
import { SessionConfigError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { Exchange } from '../http/exchange.js';
import { FlowProofs } from '../proofs/flow-proofs.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountsException } from '../http/accounts.exception.js';

/** What somebody goes to a provider for. */
export type OAuthIntent = 'login' | 'link' | 'verify';

/** What is kept of a sign-in until the provider leads back. */
export interface OAuthFlow {
  readonly intent: OAuthIntent;
  /** The provider's name, and whom it was then: another tenant is another one. */
  readonly provider: string;
  readonly client: string;
  /** Of PKCE. */
  readonly verifier: string;
  /** Null: the provider has no ID token. */
  readonly nonce: string | null;
  readonly next: string | null;
  readonly remember: boolean;
  /** The only action that a confirmation permits; null: none. */
  readonly action: string | null;
  /** What the login of `link` and `verify` is known by, under any id of its session; null: none is needed. */
  readonly login: string | null;
  /** When it began, in ms since the epoch. */
  readonly begunAt: number;
}

/** One that has come back, with whom it was begun for. */
export interface ReturnedFlow extends OAuthFlow {
  /** Null: whoever logs in. */
  readonly accountId: string | null;
  readonly epoch: number;
}

/** How long a provider has until it leads back, in ms. */
export const flowTime = 10 * 60_000;
const purpose = 'oauth';
const cookieName = 'oauth_flow';

/**
 * Sign-ins between the request that begins them and the callback, each valid for its provider and its browser, for ten minutes, once. A
 * browser is known by a cookie of each sign-in: any number of tabs can begin one at the same time, whatever becomes of the session.
 */
@Injectable()
export class OAuthFlows {
  /** Whether requests that other sites cause come without the session. */
  readonly isStrict: boolean;
  readonly #cookie: ReturnType<DeviceCookies['resolve']> & object;

  constructor(
    private readonly proofs: FlowProofs,
    private readonly runtime: SessionRuntime,
    cookies: DeviceCookies,
  ) {
    const cookie = cookies.resolve(cookieName);
    if (cookie === null) {
      throw new SessionConfigError([
        { setting: 'cookie.name', problem: `${cookieName} is the name of a cookie of accounts: choose another` },
      ]);
    }
    this.isStrict = cookie.sameSite === 'strict';
    // The provider is another site: a stricter cookie would not come along.
    this.#cookie = { ...cookie, sameSite: cookie.sameSite === 'none' ? 'none' : 'lax' };
  }

  /** Begins one. @returns the `state` of the request to the provider */
  async begin(
    { client }: Exchange,
    account: Pick<StoredAccount, 'id' | 'epoch'> | null,
    flow: Omit<OAuthFlow, 'begunAt'>,
  ): Promise<string> {
    const mark = randomBytes(16).toString('base64url');
    const state = await this.proofs.issue({
      purpose,
      accountId: account?.id ?? null,
      epoch: account?.epoch ?? 0,
      data: { ...flow, begunAt: this.runtime.now(), mark: hashOf(mark) },
      validFor: flowTime,
    });
    const line = this.#setCookie(state).line(mark, flowTime, this.#isSecure(client.isHttps), this.runtime.now());
    client.setCookie(this.#nameOf(state), line);
    return state;
  }

  /**
   * Uses one up. One of another browser or provider stays as it is.
   *
   * @param state untrusted
   * @throws AccountsException 401 `OAUTH_FLOW_INVALID`
   */
  async use({ client }: Exchange, provider: string, state: string): Promise<ReturnedFlow> {
    const known = await this.proofs.read(purpose, state);
    const [mark, ...others] = client.cookies(this.#nameOf(state));
    if (known === null || mark === undefined || others.length > 0) throw flowInvalid();
    const { data, accountId, epoch } = known;
    if (!isFlow(data) || data.provider !== provider || !isSame(hashOf(mark), data.mark)) throw flowInvalid();
    if ((await this.proofs.consume(purpose, state)) === null) throw flowInvalid();
    client.setCookie(this.#nameOf(state), this.#setCookie(state).clear(this.#isSecure(client.isHttps)));
    const { mark: _mark, ...flow } = data;
    return { ...flow, accountId, epoch };
  }

  #setCookie(state: string): SetCookie {
    return new SetCookie({ ...this.#cookie, name: this.#nameOf(state) });
  }

  #nameOf(state: string): string {
    return `${this.#cookie.name}_${hashOf(state).slice(0, 16)}`;
  }

  #isSecure(isHttps: boolean): boolean {
    const { secure, partitioned } = this.#cookie;
    return partitioned || (secure === 'auto' ? isHttps : secure);
  }
}

export function flowInvalid(): AccountsException {
  return new AccountsException(401, 'OAUTH_FLOW_INVALID');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** A proof is only ever what this module has sealed; an earlier version of it may have sealed something else. */
function isFlow(data: unknown): data is OAuthFlow & { readonly mark: string } {
  return (
    typeof data === 'object' &&
    data !== null &&
    'mark' in data &&
    typeof data.mark === 'string' &&
    'provider' in data &&
    'verifier' in data
  );
}
