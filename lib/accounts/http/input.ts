import { isWellFormed } from '../../config/well-formed.js';
import { normalEmail, type NormalEmail } from '../repository/normal-form.js';
import { invalid } from './accounts.exception.js';

/** The longest password that is looked at, in bytes of its longest form. A longer one is rejected before it is hashed. */
export const longestPassword = 4_096;

/** The longest token, in characters: those of this module are shorter. */
const longestToken = 512;

/**
 * The fields of an untrusted body, JSON or a form. Each method returns a value that can be used, and notes what is wrong; what it
 * returns then is only a placeholder until {@link check} throws.
 */
export class Input {
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #errors = new Map<string, string[]>();

  constructor(body: unknown) {
    this.#body = typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  }

  /** Whether a field is there and not empty. */
  has(field: string): boolean {
    const value = this.raw(field);
    return value !== undefined && value !== null && value !== '';
  }

  /** The value as it was sent. */
  raw(field: string): unknown {
    return Object.hasOwn(this.#body, field) ? this.#body[field] : undefined;
  }

  /** Whether anything is wrong so far. */
  get isWrong(): boolean {
    return this.#errors.size > 0;
  }

  /** Notes an error. */
  refuse(field: string, code: string): void {
    this.#errors.set(field, [...(this.#errors.get(field) ?? []), code]);
  }

  /** Text that has to be there. @param bytes at most */
  text(field: string, bytes: number): string {
    if (!this.has(field)) {
      this.refuse(field, 'REQUIRED');
      return '';
    }
    return this.optionalText(field, bytes) ?? '';
  }

  /** Text that may be missing. Without NUL and lone surrogates, which change when they are stored. */
  optionalText(field: string, bytes: number): string | null {
    if (!this.has(field)) return null;
    const value = this.raw(field);
    if (typeof value !== 'string') return this.#none(field, 'NOT_TEXT');
    if (value.length > bytes || Buffer.byteLength(value) > bytes) return this.#none(field, 'TOO_LONG');
    if (value.includes('\0') || !isWellFormed(value)) return this.#none(field, 'NOT_TEXT');
    return value;
  }

  email(field: string): NormalEmail {
    const nobody = { email: '', key: '' };
    if (!this.has(field)) {
      this.refuse(field, 'REQUIRED');
      return nobody;
    }
    const value = this.raw(field);
    const email = normalEmail(value);
    if (email === null) this.refuse(field, typeof value === 'string' ? 'EMAIL_INVALID' : 'NOT_TEXT');
    return email ?? nobody;
  }

  password(field: string): string {
    if (!this.has(field)) {
      this.refuse(field, 'REQUIRED');
      return '';
    }
    return this.optionalPassword(field) ?? '';
  }

  optionalPassword(field: string): string | null {
    if (!this.has(field)) return null;
    const value = this.raw(field);
    if (typeof value !== 'string') return this.#none(field, 'NOT_TEXT');
    if (value.length > longestPassword || Buffer.byteLength(value.normalize('NFKD')) > longestPassword) {
      return this.#none(field, 'PASSWORD_TOO_LONG');
    }
    return value.includes('\0') || !isWellFormed(value) ? this.#none(field, 'PASSWORD_INVALID') : value;
  }

  token(field: string): string {
    return this.text(field, longestToken);
  }

  /** Where to go afterwards, as text that is still untrusted: a place that is not safe is not followed. */
  next(): string | undefined {
    const value = this.raw('next');
    if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
    this.refuse('next', 'NOT_TEXT');
    return undefined;
  }

  /** A choice: true or false in JSON, in a form a box that is ticked. */
  flag(field: string): boolean {
    const value = this.raw(field);
    if (value === undefined || value === null || value === '') return false;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string') {
      if (['on', 'true', '1', 'yes'].includes(value)) return true;
      if (['off', 'false', '0', 'no'].includes(value)) return false;
    }
    this.refuse(field, 'NOT_BOOLEAN');
    return false;
  }

  /** @throws AccountsException naming each field that is wrong */
  check(): void {
    if (this.isWrong) throw invalid(Object.fromEntries(this.#errors));
  }

  #none(field: string, code: string): null {
    this.refuse(field, code);
    return null;
  }
}
