import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { SessionObject } from '../../session/session.js';
import { FlowProofs } from '../proofs/flow-proofs.js';
import { isBrowser, markBrowser } from '../http/browser-mark.js';
import type { StoredAccount } from '../repository/account.js';
import { ceremonyTime } from './passkeys.options.js';

/** What a passkey is used for. */
export type Ceremony = 'login' | 'registration' | 'second-factor' | 'verify';

/** A ceremony that has begun. */
export interface Flow {
  /** What the browser names it by. */
  readonly flow: string;
  /** What the authenticator signs, in base64url. */
  readonly challenge: string;
}

type Owner = Pick<StoredAccount, 'id' | 'epoch'>;

/** A passkey's ceremonies between their two requests. Each is valid for its purpose, session and account, for five minutes, once. */
@Injectable()
export class PasskeyFlows {
  constructor(private readonly proofs: FlowProofs) {}

  /** @param account null: whoever will log in */
  async begin(ceremony: Ceremony, session: SessionObject, account: Owner | null): Promise<Flow> {
    const challenge = randomBytes(32).toString('base64url');
    const flow = await this.proofs.issue({
      purpose: purposeOf(ceremony),
      accountId: account?.id ?? null,
      epoch: account?.epoch ?? 0,
      data: { challenge, browser: markBrowser(session) },
      validFor: ceremonyTime,
    });
    return { flow, challenge };
  }

  /** Uses a ceremony up, whatever becomes of it, and returns its challenge; null: it is not valid here, or no longer. */
  async use(ceremony: Ceremony, session: SessionObject, flow: string, account: Owner | null): Promise<string | null> {
    const proof = await this.proofs.consume(purposeOf(ceremony), flow);
    if (proof === null || !isFlow(proof.data) || !isBrowser(session, proof.data.browser)) return null;
    const isOwn = account === null ? proof.accountId === null : proof.accountId === account.id;
    return isOwn && proof.epoch === (account?.epoch ?? 0) ? proof.data.challenge : null;
  }
}

function purposeOf(ceremony: Ceremony): string {
  return `passkey-${ceremony}`;
}

function isFlow(data: unknown): data is { readonly challenge: string; readonly browser: unknown } {
  return (
    typeof data === 'object' &&
    data !== null &&
    'challenge' in data &&
    typeof data.challenge === 'string' &&
    'browser' in data
  );
}
