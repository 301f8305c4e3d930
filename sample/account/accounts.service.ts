import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { SessionUser } from 'nestjs-session-auth';
import { hashPassword, verifyPassword, type PasswordHash } from './password-hash.js';

/** An account that everybody may use: its password stands on the login page. */
export interface DemoAccount extends SessionUser {
  readonly password: string;
}

export const demoAccounts: readonly DemoAccount[] = [
  { id: 'demo', email: 'demo@shop.example', name: 'Demo account', password: 'quiet-evening' },
  { id: 'guest', email: 'guest@shop.example', name: 'Guest account', password: 'second-cup' },
];

/** The shop's users. A real application asks its database here. */
@Injectable()
export class AccountsService implements OnModuleInit {
  readonly #hashes = new Map<string, PasswordHash>();
  #nobody: PasswordHash | null = null;

  async onModuleInit(): Promise<void> {
    this.#nobody = await hashPassword(randomBytes(32).toString('base64url'));
    for (const account of demoAccounts) this.#hashes.set(account.id, await hashPassword(account.password));
  }

  /** The user with this id, or `null`: this is what the session module asks for whoever is logged in. */
  find(id: string | number): SessionUser | null {
    const account = demoAccounts.find((candidate) => candidate.id === id);
    return account ? userOf(account) : null;
  }

  /**
   * The user with this address and password, or `null`. An unknown address costs the same work as a wrong password, so that
   * neither the answer nor its time tells who has an account.
   */
  async verify(email: string, password: string): Promise<SessionUser | null> {
    const account = demoAccounts.find((candidate) => candidate.email === email.trim().toLowerCase());
    const hash = (account && this.#hashes.get(account.id)) ?? this.#nobody;
    if (!hash || !(await verifyPassword(password, hash))) return null;
    return account ? userOf(account) : null;
  }
}

function userOf({ id, email, name }: DemoAccount): SessionUser {
  return { id, email, name };
}
