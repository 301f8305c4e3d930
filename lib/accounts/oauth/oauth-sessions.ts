import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { AuthFeature, Entry } from '../../auth/auth-feature.js';
import { LoginFeature } from '../../auth/features.js';
import { KeyRing } from '../../cookie/key-ring.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import type { SessionObject } from '../../session/session.js';
import { GateFeature } from '../gate/gate.feature.js';
import { FlowProofs } from '../proofs/flow-proofs.js';
import { OAuthLogins, type OAuthReceipt } from './oauth-logins.js';

/** The key of the session's data under which it knows its sign-in. */
const KEY = '_oauth';
const sealPurpose = 'oauth-id-token:v1';
/** What is kept with a login. */
const PROVIDER = 'oauthProvider';
const SID = 'oauthSid';
const sidPurpose = 'oauth-sid';
/** A session of a provider is found by its id alone for this long, in ms. */
const sidKnownFor = 30 * 86_400_000;

/** The sign-in of a session, as it is kept. */
interface Kept {
  readonly accountId: string;
  readonly provider: string;
  /** A hash of the provider's session; null: it has not said which that is. */
  readonly sid: string | null;
  /** Sealed; null: none is needed. */
  readonly idToken: string | null;
}

/** Knows which sessions were begun by which session of a provider. */
@LoginFeature()
@Injectable()
export class OAuthSessions implements AuthFeature, OnModuleInit {
  constructor(
    private readonly logins: OAuthLogins,
    private readonly gate: GateFeature,
    private readonly proofs: FlowProofs,
    private readonly keys: KeyRing,
  ) {}

  onModuleInit(): void {
    this.logins.onReceived((receipt) => this.#keep(receipt));
  }

  /** By a login of this kind, with a second factor or without one. */
  async entering({ session, userId, options }: Entry, facts: AuthFacts): Promise<AuthFacts> {
    const kept: unknown = session.get(KEY);
    if (!isKept(kept) || kept.accountId !== userId || this.gate.howOf(options)?.way !== 'oauth') return facts;
    const { provider, sid } = kept;
    return { ...facts, extras: { ...facts.extras, [PROVIDER]: provider, ...(sid === null ? {} : { [SID]: sid }) } };
  }

  /** The provider of a session's login, and the ID token of it; null: it was made in another way. */
  of(session: SessionObject, { extras }: AuthFacts): { provider: string; idToken: string | null } | null {
    const kept: unknown = session.get(KEY);
    if (!isKept(kept) || extras?.[PROVIDER] !== kept.provider) return null;
    const { provider, idToken } = kept;
    const opened =
      idToken === null ? null : this.keys.open(sealPurpose, Buffer.from(idToken, 'base64url'), contextOf(kept));
    return { provider, idToken: opened === null ? null : opened.text.toString() };
  }

  /** Whether a login was made at a provider, by one of its sessions if that is named. */
  isOf({ extras }: AuthFacts, provider: string, sid: string | null): boolean {
    return extras?.[PROVIDER] === provider && (sid === null || extras[SID] === hashOf(provider, sid));
  }

  /** Whose account a session of a provider has been used for; null: not known. */
  async accountOf(provider: string, sid: string): Promise<string | null> {
    const token = this.proofs.tokenOfCode(sidPurpose, hashOf(provider, sid), sidPurpose);
    return (await this.proofs.read(sidPurpose, token))?.accountId ?? null;
  }

  async #keep({ exchange, account, provider, tokens }: OAuthReceipt): Promise<void> {
    const session = await exchange.session();
    const sid = tokens.claims()?.['sid'];
    const hash = typeof sid === 'string' && sid !== '' ? hashOf(provider.name, sid) : null;
    const bare = { accountId: account.id, provider: provider.name, sid: hash };
    const token = provider.settings.logout === true ? (tokens.id_token ?? null) : null;
    const idToken = token && this.keys.seal(sealPurpose, Buffer.from(token), contextOf(bare)).toString('base64url');
    session.set(KEY, { ...bare, idToken } satisfies Kept);
    if (hash === null) return;
    const code = { text: sidPurpose, validFor: sidKnownFor };
    await this.proofs.issue({
      ...{ purpose: sidPurpose, accountId: account.id, data: {}, validFor: sidKnownFor, newest: 1 },
      ...{ sharedBy: hash, code },
    });
  }
}

function contextOf({ accountId, provider }: Pick<Kept, 'accountId' | 'provider'>): Uint8Array {
  return Buffer.from(JSON.stringify([accountId, provider]));
}

function hashOf(provider: string, sid: string): string {
  return createHash('sha256')
    .update(JSON.stringify([provider, sid]))
    .digest('base64url');
}

/** Applications may copy requests into the session's data. */
function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null || !('accountId' in value) || !('idToken' in value)) return false;
  if (!('provider' in value) || typeof value.provider !== 'string' || !('sid' in value)) return false;
  return isTextOrNull(value.sid) && isTextOrNull(value.idToken);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
