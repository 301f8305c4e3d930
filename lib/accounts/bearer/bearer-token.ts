import { Injectable } from '@nestjs/common';
import type { RememberToken } from '../../auth/remember/remember-token.js';
import { KeyRing } from '../../cookie/key-ring.js';

/** What a token is for. */
export type TokenKind = 'access' | 'refresh';

/** What tokens begin with, so that people, and scanners of secrets, know them. */
const starts: Readonly<Record<TokenKind, string>> = { access: 'at_', refresh: 'rt_' };
const purposes: Readonly<Record<TokenKind, string>> = { access: 'access-token:v1', refresh: 'refresh-token:v1' };
/** The family, the secret, and a signature of both. */
const form = /^([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{43})$/;

/**
 * The tokens as clients have them: which family they are of, a secret, and a signature, so that what nobody has issued costs no query, and
 * ends no family as if it were a copy.
 */
@Injectable()
export class BearerTokens {
  constructor(private readonly keys: KeyRing) {}

  write(kind: TokenKind, { family, validator }: RememberToken): string {
    const body = family + validator;
    return starts[kind] + body + this.keys.sign(purposes[kind], body);
  }

  /** Whether text is meant to be such a token. */
  isMeant(kind: TokenKind, text: string): boolean {
    return text.startsWith(starts[kind]);
  }

  /** Null: this application has not issued it. @param text untrusted */
  read(kind: TokenKind, text: unknown): RememberToken | null {
    if (typeof text !== 'string' || text.length > 200 || !this.isMeant(kind, text)) return null;
    const [, family = '', validator = '', signature = ''] = form.exec(text.slice(starts[kind].length)) ?? [];
    const isOurs = this.keys.verify(purposes[kind], family + validator, signature) !== null;
    return isOurs ? { family, validator } : null;
  }
}

/** The credentials of `Authorization: Bearer`, and nowhere else: an address is kept in logs and histories. */
export function bearerIn(request: object): string | null {
  const { headers } = request as { readonly headers?: Readonly<Record<string, unknown>> };
  const authorization = headers?.['authorization'];
  const [, bearer] = typeof authorization === 'string' ? (/^bearer +(\S+)$/i.exec(authorization) ?? []) : [];
  return bearer ?? null;
}
