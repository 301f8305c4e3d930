import type { MetaReply, ServerSettings } from './memcached.client.js';
import { RefusedError } from './memcached.errors.js';
import { ProtocolError, type Reply } from './reply-parser.js';

/**
 * Takes the replies to one command one by one. Returns the result once it is complete, `undefined` before that.
 *
 * @throws RefusedError if the server rejected this command
 * @throws ProtocolError for an invalid reply
 */
export type Answer<T> = (reply: Reply) => T | undefined;

const metaCodes: ReadonlySet<string> = new Set(['HD', 'VA', 'EN', 'NF', 'NS', 'EX']);

export function metaAnswer(): Answer<MetaReply> {
  return ({ words, value }) => {
    const [code = '', ...rest] = words;
    if (!metaCodes.has(code)) throw refusal(words);
    // A value's length comes before its flags.
    return { code, flags: code === 'VA' ? rest.slice(1) : rest, value };
  };
}

/** The line itself, e.g. `VERSION 1.6.18`. */
export function lineAnswer(word: string): Answer<string> {
  return ({ words }) => {
    if (words[0] !== word) throw refusal(words);
    return words.slice(1).join(' ');
  };
}

/** Statistics by name; empty if a server has none, such as a proxy. */
export function statsAnswer(): Answer<ReadonlyMap<string, string>> {
  const stats = new Map<string, string>();
  return ({ words }) => {
    const [word, name, value] = words;
    if (word === 'STAT' && name !== undefined && value !== undefined) {
      stats.set(name, value);
      return undefined;
    }
    if (word === 'STAT') return undefined;
    if (word === 'END' || word === 'ERROR' || word === 'CLIENT_ERROR' || word === 'SERVER_ERROR') return stats;
    throw refusal(words);
  };
}

export function settingsIn(stats: ReadonlyMap<string, string>): ServerSettings {
  const evictions = stats.get('evictions');
  const itemSizeMax = Number(stats.get('item_size_max'));
  return {
    itemSizeMax: itemSizeMax > 0 ? itemSizeMax : null,
    evicts: evictions === 'on' ? true : evictions === 'off' ? false : null,
  };
}

/** Evictions for lack of memory, and for moving memory between item sizes. */
export function evictionsIn(stats: ReadonlyMap<string, string>): number {
  const counts = [stats.get('evictions'), stats.get('slab_reassign_evictions_nomem') ?? '0'].map(Number);
  // What is not counted may have happened.
  return counts.reduce((sum, count) => sum + (Number.isNaN(count) ? 1 : count), 0);
}

/** @throws ProtocolError for a version that lacks what is needed; an unknown version is accepted */
export function checkVersion(version: string): void {
  const [major = 0, minor = 0, patch = 0] = (/^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  if (major === 0) return;
  const number = (major * 1_000 + minor) * 1_000 + patch;
  if (number < 1_006_013) throw new ProtocolError(`it is memcached ${version}, and 1.6.13 or newer is needed`);
}

function refusal(words: readonly string[]): Error {
  const line = words.join(' ').slice(0, 200);
  switch (words[0]) {
    case 'SERVER_ERROR':
      return new RefusedError(line);
    case 'ERROR':
      return new ProtocolError('it does not know the meta commands, which memcached 1.6.13 or newer has');
    default:
      return new ProtocolError(line);
  }
}
