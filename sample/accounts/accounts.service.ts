import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { SessionUser } from 'nestjs-session-auth';
import { demoAccounts } from './demo-accounts.js';
import { hashPassword, verifyPassword, type PasswordHash } from './password-hash.js';

/** The shop's users, kept in memory. A real application would ask its database here. */
@Injectable()
export class AccountsService implements OnModuleInit {
  readonly #users = new Map<string | number, SessionUser>();
  readonly #hashes = new Map<string, PasswordHash>();
  #nobody: PasswordHash | null = null;

  async onModuleInit(): Promise<void> {
    this.#nobody = await hashPassword(randomBytes(32).toString('base64url'));
    for (const { password, ...user } of demoAccounts) {
      this.#users.set(user.id, user);
      this.#hashes.set(user.id, await hashPassword(password));
    }
  }

  all(): readonly SessionUser[] {
    return [...this.#users.values()];
  }

  /** The user with this id, or `null`. The session module loads the logged-in user with it. */
  find(id: string | number): SessionUser | null {
    return this.#users.get(id) ?? null;
  }

  /**
   * The user with this address and password, or `null`. An unknown address takes as much work as a wrong password, so
   * neither the answer nor its timing tells who has an account.
   */
  async verify(email: string, password: string): Promise<SessionUser | null> {
    const user = this.#findByEmail(email);
    const hash = (user && this.#hashes.get(user.id)) ?? this.#nobody;
    return hash !== null && (await verifyPassword(password, hash)) ? user : null;
  }

  /** Returns `false` if another account uses this address. */
  changeEmail(id: string, email: string): boolean {
    const user = this.#users.get(id);
    const owner = this.#findByEmail(email);
    if (user === undefined || (owner !== null && owner.id !== id)) return false;
    this.#users.set(id, { ...user, email: normal(email) });
    return true;
  }

  remove(id: string): void {
    this.#users.delete(id);
    this.#hashes.delete(id);
  }

  #findByEmail(email: string): SessionUser | null {
    return this.all().find((user) => user.email === normal(email)) ?? null;
  }
}

function normal(email: string): string {
  return email.trim().toLowerCase();
}
