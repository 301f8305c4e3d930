import { randomBytes } from 'node:crypto';
import { isWellFormed } from '../../config/well-formed.js';
import { importPeer } from '../../stores/import-peer.js';
import { PasswordUnusableError } from '../errors.js';
import { argon2Hash, type Argon2Library, readArgon2, withPepper } from './argon2-hash.js';
import { flaskSecurityInput, foreignHash } from './foreign/index.js';
import { HashingQueue } from './hashing-queue.js';
import { type PasswordHash, UnreadableHash } from './password-hash.js';
import { PasswordPolicy, type PasswordProblem } from './password-policy.js';
import type { PasswordSettings } from './password.options.js';

/** The longest password that is hashed, in bytes of UTF-8. */
const mostBytes = 4_096;
const currentVersion = 19;
/** The library's default, and so that of new hashes. */
const hashBytes = 32;

/**
 * Hashes and verifies passwords. New hashes are argon2id; hashes of other libraries are verified as well: argon2, bcrypt, scrypt, PBKDF2
 * (passlib, Django, Werkzeug), SHA-crypt, and Flask-Security's double hash over any of them.
 *
 * @publicApi
 */
export class PasswordService {
  readonly #argon2: Argon2Library;
  readonly #settings: PasswordSettings;
  readonly #policy: PasswordPolicy;
  readonly #queue: HashingQueue;
  readonly #peppers: ReadonlyMap<string, Uint8Array>;
  readonly #report: (message: string) => void;
  /** What has been reported: one message each, not one per login. */
  readonly #reported = new Set<string>();
  /** What passwords of accounts that do not exist are compared with, so that it takes the same time. */
  #dummy: PasswordHash | null = null;

  private constructor(argon2: Argon2Library, settings: PasswordSettings, report: (message: string) => void) {
    this.#argon2 = argon2;
    this.#settings = settings;
    this.#report = report;
    this.#policy = new PasswordPolicy(settings, report);
    this.#queue = new HashingQueue(settings.hashing.parallel, settings.hashing.waiting);
    this.#peppers = new Map(settings.peppers.map(({ id, secret }) => [id, Buffer.from(secret)]));
  }

  /**
   * For the module itself, which provides the service.
   *
   * @param report where messages for operators go
   * @throws SessionPeerMissingError if a library that the settings need is not installed
   */
  static async create(settings: PasswordSettings, report: (message: string) => void): Promise<PasswordService> {
    const argon2 = await importPeer('@node-rs/argon2', 'Accounts with passwords', () => import('@node-rs/argon2'));
    const service = new PasswordService(argon2, settings, report);
    await service.#policy.prepare();
    service.#dummy = service.#read(await service.hash(randomBytes(32).toString('base64')));
    return service;
  }

  /**
   * The hash of a password, to be stored. The password is not judged: see {@link check}.
   *
   * @throws PasswordUnusableError for a value that is not a string, or longer than 4 kB
   * @throws AccountsBusyError if too many are waiting
   */
  async hash(password: string): Promise<string> {
    const text = Buffer.from(usable(password).normalize('NFKC'));
    const { memory, passes, parallelism } = this.#settings.hashing;
    const [pepper] = this.#settings.peppers;
    const hash = await this.#queue.run(() =>
      this.#argon2.hash(text, {
        // Argon2id, which is the library's default; its enumeration of algorithms exists in types only.
        memoryCost: Math.floor(memory / 1024),
        timeCost: passes,
        parallelism,
        ...(pepper !== undefined && { secret: Buffer.from(pepper.secret) }),
      }),
    );
    return pepper === undefined ? hash : withPepper(hash, pepper);
  }

  /**
   * Whether `password` matches `hash`. Pass null for an account that does not exist or has no password: the result is false, in the same
   * time.
   *
   * @throws PasswordUnusableError for a value that is not a string, or longer than 4 kB
   * @throws AccountsBusyError if too many are waiting
   * @throws SessionPeerMissingError for a hash of bcrypt, if `bcryptjs` is not installed
   */
  async verify(hash: string | null, password: string): Promise<boolean> {
    const candidates = this.#candidatesOf(usable(password));
    const found = hash === null ? null : this.#read(hash);
    const dummy = this.#dummy;
    if (dummy === null) return false;
    const longest = found?.longest ?? Infinity;
    const matches = (candidate: Buffer): Promise<boolean> =>
      (found !== null && candidate.length <= longest ? found : dummy).matches(candidate);
    const matching = await this.#queue.run(async () => {
      for (const candidate of candidates) if (await matches(candidate)) return candidate;
      return null;
    });
    if (found === null || matching === null) return false;
    const { flaskSalt, devisePepper } = this.#settings;
    const isPlain = flaskSalt === null && devisePepper === null;
    if (found.mostBytes !== undefined && matching.length > found.mostBytes && isPlain) {
      this.#reportOnce(
        `A stored hash of ${found.algorithm} was made from the first ${String(found.mostBytes)} bytes of a longer password. The rest is ` +
          'covered by the next hash.',
      );
    }
    return true;
  }

  /**
   * Whether a password should be hashed again at the next login, since its stored hash was made by another library or is weaker than new
   * ones.
   */
  needsRehash(hash: string): boolean {
    const form = readArgon2(hash);
    if (form?.type !== 'argon2id' || form.version < currentVersion) return true;
    const { hashing, peppers, flaskSalt } = this.#settings;
    const memory = Math.floor(hashing.memory / 1024);
    if (form.pepper !== (peppers[0]?.id ?? null) || form.length < hashBytes) return true;
    // It may be Flask-Security's double hash, which cannot be told from a single one: it goes, even if it is a stronger one.
    if (flaskSalt !== null && (form.memory !== memory || form.passes !== hashing.passes)) return true;
    return form.memory < memory || form.passes < hashing.passes;
  }

  /**
   * Judges a new password. Nothing is hashed.
   *
   * @param context words that an attacker would try first: the username, the address, the name of the site
   * @param options.ranges whether to query the service of breached passwords, if `passwords.breached` is on. Default: yes.
   * @returns an array with the problem, for `fields` of a response; an empty one: the password is accepted
   * @throws PasswordUnusableError for a value that is not a string, or longer than 4 kB
   */
  async check(
    password: string,
    context: readonly (string | null | undefined)[] = [],
    { ranges = true }: { readonly ranges?: boolean } = {},
  ): Promise<readonly PasswordProblem[]> {
    const words = context.filter((word) => typeof word === 'string');
    const problem = await this.#policy.problemOf(usable(password).normalize('NFKC'), words, ranges);
    return problem === null ? [] : [problem];
  }

  /** What the password may have been hashed as, the likeliest first. As many for every account. */
  #candidatesOf(password: string): readonly Buffer[] {
    const forms = [...new Set([password.normalize('NFKC'), password.normalize('NFKD'), password])];
    const plain = forms.map((form) => Buffer.from(form));
    const { flaskSalt, devisePepper } = this.#settings;
    return [
      ...plain,
      ...(flaskSalt === null ? [] : plain.map((form) => flaskSecurityInput(form, flaskSalt))),
      // Devise puts its pepper behind the password.
      ...(devisePepper === null ? [] : plain.map((form) => Buffer.concat([form, Buffer.from(devisePepper)]))),
    ];
  }

  /** Null: it cannot be checked, which is reported. */
  #read(stored: string): PasswordHash | null {
    // Django writes the name of the algorithm before it.
    const form = readArgon2(stored.replace(/^argon2\$(?=argon2)/, '$'));
    const hash =
      form === null
        ? (foreignHash(stored) ?? new UnreadableHash('the form of a hash is not supported'))
        : argon2Hash(form, this.#argon2, (pepper) => this.#peppers.get(pepper) ?? null);
    if (!(hash instanceof UnreadableHash)) return hash;
    this.#reportOnce(
      `The password of an account cannot be checked: ${hash.reason}. Its owner can set a new one by email.`,
    );
    return null;
  }

  #reportOnce(message: string): void {
    if (this.#reported.has(message)) return;
    this.#reported.add(message);
    this.#report(message);
  }
}

/** @throws PasswordUnusableError */
function usable(password: unknown): string {
  if (typeof password !== 'string') throw new PasswordUnusableError('A password is a string.');
  // The cheap comparison first: input may be megabytes long. The longest form counts, which may be three times as long.
  if (password.length > mostBytes || Buffer.byteLength(password.normalize('NFKD')) > mostBytes) {
    throw new PasswordUnusableError(`A password has at most ${String(mostBytes)} bytes.`);
  }
  if (password.includes('\0') || !isWellFormed(password)) {
    throw new PasswordUnusableError('A password must contain neither NUL nor a lone surrogate.');
  }
  return password;
}
