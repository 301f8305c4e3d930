import { Injectable } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import { lineageOf } from '../../session/lineage.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import type { Input } from '../http/input.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { PendingLogins } from '../pending/pending-logins.js';
import { Proofs, type Proof } from '../proofs/proofs.js';
import type { StoredAccount } from '../repository/account.js';

const purpose = 'sent-code';
const digits = 6;
/** For how long a code is valid, in ms. */
export const codeValidFor = 10 * 60_000;
/** The longest code that is looked at, in bytes. */
const longestCode = 64;

/** Where a code is asked for and used, and nowhere else. */
export interface CodePlace {
  readonly in: 'login' | 'pending login';
  /** Which of them. */
  readonly asker: string;
  /** What is set up; null: nothing, a second factor is proved. */
  readonly setUp: string | null;
}

/** Codes that have been sent. A place has one at a time: nobody else's request voids it. */
@Injectable()
export class SentCodes {
  constructor(
    private readonly proofs: Proofs,
    private readonly sending: SendingLimits,
    private readonly pending: PendingLogins,
  ) {}

  /** Null: nobody is logged in, and no login is pending. @param setUp what the code sets up */
  placeIn(session: SessionObject, setUp: string | null = null): CodePlace | null {
    const state = stateOf(session);
    const isIn = state.auth !== null;
    const asker = isIn ? lineageOf(state) : this.pending.tokenIn(session);
    return asker === null ? null : { in: isIn ? 'login' : 'pending login', asker, setUp };
  }

  /** A new code, in place of the one that was there. @param to what it is sent to */
  async issue(place: CodePlace, account: StoredAccount, to: string): Promise<string> {
    const text = String(randomInt(10 ** digits)).padStart(digits, '0');
    await this.proofs.issue({
      ...{ purpose, accountId: account.id, epoch: account.epoch, data: { to } },
      ...{ validFor: codeValidFor, newest: 1, sharedBy: sharedBy(place, account) },
      code: { text, validFor: codeValidFor },
    });
    return text;
  }

  /** Uses a code up: of any number of parallel calls, one gets what it was sent to; null: it is wrong, expired or used. */
  async use(place: CodePlace, account: StoredAccount, code: string): Promise<string | null> {
    const shared = sharedBy(place, account);
    const sent = await this.proofs.newestOf(purpose, shared);
    if (sent === null || !(await this.sending.admitsTry(sent, codeValidFor))) return null;
    // For all of its time: should it not be deleted, it stays used.
    const token = this.proofs.tokenOfCode(purpose, shared, code);
    const claim = await this.proofs.claim(purpose, token, { leaseMs: codeValidFor });
    if (claim === null) return null;
    await claim.complete();
    const { accountId, epoch } = claim.proof;
    return accountId === account.id && epoch === account.epoch ? sentTo(claim.proof) : null;
  }
}

/** A code as it is typed, perhaps with a space in the middle. */
export function sentCodeIn(input: Input): string {
  return input.text('code', longestCode).replace(/[\s-]/g, '');
}

function sharedBy({ in: kind, asker, setUp }: CodePlace, { id }: StoredAccount): string {
  return JSON.stringify([id, kind, asker, setUp]);
}

/** A proof is only ever what this module has sealed; an earlier version of it may have sealed something else. */
function sentTo({ data }: Proof): string | null {
  return typeof data === 'object' && data !== null && 'to' in data && typeof data.to === 'string' ? data.to : null;
}
