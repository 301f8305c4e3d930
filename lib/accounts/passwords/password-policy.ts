import { importPeer } from '../../stores/import-peer.js';
import { timesBreached } from './password-ranges.js';
import type { PasswordSettings } from './password.options.js';

/** Why a password is rejected: a code for `fields` of a response. @publicApi */
export type PasswordProblem =
  | 'PASSWORD_TOO_SHORT'
  | 'PASSWORD_TOO_LONG'
  /** It consists of words that an attacker would try first: the username, the address, the name of the site. */
  | 'PASSWORD_CONTEXT'
  | 'PASSWORD_COMMON'
  | 'PASSWORD_BREACHED'
  /** The service of breached passwords did not respond, and `breached` is `strict`. */
  | 'PASSWORD_UNCHECKED'
  /** Its zxcvbn score is too low. */
  | 'PASSWORD_TOO_SIMPLE';

/** How many characters have to remain of a password without the words of its context. */
const leastBesidesWords = 6;
const shortestWord = 3;
/** What zxcvbn looks at: its time grows faster than the length. */
const mostScored = 100;

type Score = (password: string, words: readonly string[]) => number;

/** Judges new passwords, after their normalization. There are no rules about kinds of characters: they make passwords no better. */
export class PasswordPolicy {
  #common: Promise<ReadonlySet<string>> | null = null;
  #score: Promise<Score> | null = null;

  constructor(
    private readonly settings: PasswordSettings,
    private readonly report: (message: string) => void,
  ) {}

  /** Imports what the settings need. @throws SessionPeerMissingError */
  async prepare(): Promise<void> {
    if (this.settings.minScore !== null) await this.#scoring();
  }

  /** The first problem of a password; null: it has none. @param asking whether the service of breached passwords is asked */
  async problemOf(password: string, context: readonly string[], asking: boolean): Promise<PasswordProblem | null> {
    const { min, max, common, breached, minScore } = this.settings;
    const length = Array.from(password).length;
    if (length < min) return 'PASSWORD_TOO_SHORT';
    if (length > max) return 'PASSWORD_TOO_LONG';
    const words = wordsOf([...this.settings.words, ...context]);
    const lower = password.toLowerCase();
    if (consistsOf(lower, words)) return 'PASSWORD_CONTEXT';
    if (common && (isRepetition(lower) || (await this.#commonPasswords()).has(lower))) return 'PASSWORD_COMMON';
    if (minScore !== null && (await this.#scoring())(password.slice(0, mostScored), words) < minScore) {
      return 'PASSWORD_TOO_SIMPLE';
    }
    return breached === null || !asking ? null : this.#breach(password, breached);
  }

  async #breach(password: string, mode: 'strict' | 'best-effort'): Promise<PasswordProblem | null> {
    try {
      const times = await timesBreached(this.settings.ranges, password);
      return times >= this.settings.breachedCount ? 'PASSWORD_BREACHED' : null;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'no reason given';
      this.report(`The service of breached passwords (passwords.ranges) could not be queried: ${reason}`);
      return mode === 'strict' ? 'PASSWORD_UNCHECKED' : null;
    }
  }

  #commonPasswords(): Promise<ReadonlySet<string>> {
    this.#common ??= import('./common-passwords.js').then(({ commonPasswords }) => new Set(commonPasswords.split(' ')));
    return this.#common;
  }

  #scoring(): Promise<Score> {
    this.#score ??= loadScore();
    return this.#score;
  }
}

async function loadScore(): Promise<Score> {
  const neededFor = 'passwords.minScore (SECURITY_ZXCVBN_MINIMUM_SCORE)';
  const core = await importPeer('@zxcvbn-ts/core', neededFor, () => import('@zxcvbn-ts/core'));
  const common = await importPeer('@zxcvbn-ts/language-common', neededFor, () => import('@zxcvbn-ts/language-common'));
  const zxcvbn = new core.ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
  return (password, words) => zxcvbn.check(password, [...words]).score;
}

/** The words of a context in lower case, the longest first; of an address or a host, each of its parts as well. */
function wordsOf(context: readonly string[]): string[] {
  const words = context.flatMap((text) => {
    const lower = text.normalize('NFKC').toLowerCase();
    return [lower, ...lower.split(/[^\p{L}\p{N}]+/u)];
  });
  return [...new Set(words)]
    .filter((word) => Array.from(word).length >= shortestWord)
    .sort((a, b) => b.length - a.length);
}

function consistsOf(password: string, words: readonly string[]): boolean {
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), password);
  return rest !== password && Array.from(rest).length < leastBesidesWords;
}

/** Whether it is one or two characters, or a short text, again and again. */
function isRepetition(password: string): boolean {
  return /^(.{1,4})\1+$/su.test(password) || new Set(password).size < 3;
}
