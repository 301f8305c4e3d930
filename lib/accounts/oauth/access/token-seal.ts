import { Inject, Injectable } from '@nestjs/common';
import { KeyRing } from '../../../cookie/key-ring.js';
import type { AuthFacts } from '../../../session/auth-facts.js';
import type { KeptTokens } from './kept-tokens.js';

const purpose = 'oauth-tokens:v1';

/** Tokens that wait for the login that they belong to. */
export interface ParkedTokens {
  readonly provider: string;
  readonly tokens: KeptTokens;
}

/** Seals tokens under the key ring: whoever reads the store learns none, and can bring none from one login into another. */
@Injectable()
export class TokenSeal {
  constructor(@Inject(KeyRing) private readonly keys: Pick<KeyRing, 'seal' | 'open'>) {}

  /** Those of a provider that are kept with a login; null: none, or the secret key was replaced without a fallback. */
  in(auth: AuthFacts, provider: string): KeptTokens | null {
    const sealed = auth.sealed?.[nameOf(provider)];
    const tokens = sealed === undefined ? null : this.#open(sealed, contextOf(auth, provider));
    return isKept(tokens) ? tokens : null;
  }

  /** The same login with these tokens. */
  put(auth: AuthFacts, provider: string, tokens: KeptTokens): AuthFacts {
    const sealed = this.#seal(tokens, contextOf(auth, provider));
    return { ...auth, sealed: { ...auth.sealed, [nameOf(provider)]: sealed } };
  }

  /** The names of the providers whose tokens are kept with a login. */
  providersIn({ sealed = {} }: AuthFacts): readonly string[] {
    return Object.keys(sealed)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }

  park(accountId: string, parked: ParkedTokens): string {
    return this.#seal(parked, parkedFor(accountId));
  }

  /** Null: they are another account's. */
  unpark(accountId: string, sealed: string): ParkedTokens | null {
    const parked = this.#open(sealed, parkedFor(accountId));
    return isParked(parked) ? parked : null;
  }

  #seal(value: object, context: readonly unknown[]): string {
    return this.keys.seal(purpose, Buffer.from(JSON.stringify(value)), bytesOf(context)).toString('base64url');
  }

  #open(sealed: string, context: readonly unknown[]): unknown {
    const opened = this.keys.open(purpose, Buffer.from(sealed, 'base64url'), bytesOf(context));
    return opened === null ? null : JSON.parse(opened.text.toString());
  }
}

const prefix = 'oauth:';

function nameOf(provider: string): string {
  return prefix + provider;
}

/** What stays the same from the login to its end, under any id of its session. */
function contextOf({ userId, since, at }: AuthFacts, provider: string): readonly unknown[] {
  return ['login', userId, since ?? at, provider];
}

function parkedFor(accountId: string): readonly unknown[] {
  return ['parked', accountId];
}

function bytesOf(context: readonly unknown[]): Uint8Array {
  return Buffer.from(JSON.stringify(context));
}

/** It is only ever what this module has sealed; an earlier version of it may have sealed something else. */
function isKept(value: unknown): value is KeptTokens {
  return typeof value === 'object' && value !== null && 'accessToken' in value && 'scopes' in value;
}

function isParked(value: unknown): value is ParkedTokens {
  return typeof value === 'object' && value !== null && 'tokens' in value && isKept(value.tokens);
}
