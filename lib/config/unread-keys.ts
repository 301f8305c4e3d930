import { environmentKeys, type KeyPrefix, ownKey } from './environment-keys.js';
import { nearest } from './nearest.js';
import type { OptionTree } from './option.js';
import { optionEntries } from './tree.js';

/** A typo; other frameworks' keys differ by more. */
const FURTHEST = 2;

/** Which environment keys belong to a module. */
interface KeyNames {
  readonly prefix: KeyPrefix;
  /** Keys that look like ours, so each is either read or reported. */
  readonly ours: RegExp;
  /** Keys that others use, too: reported if they are nearly one of ours. Null: none. */
  readonly nearby: RegExp | null;
}

const keyNames: Readonly<Record<KeyPrefix, KeyNames>> = {
  SESSION: { prefix: 'SESSION', ours: /^(?:SESSION|REMEMBER)_/, nearby: /^(?:SECRET_KEY|PERMANENT_SESSION)/ },
  SECURITY: { prefix: 'SECURITY', ours: /^SECURITY_/, nearby: null },
};

/** Set by desktops for their session manager, and by clusters and containers for a service or link of this name. */
const othersKeys =
  /^SESSION_MANAGER$|_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?$|_ENV_\w+$/;
const addressOfService = /^(?:tcp|udp|sctp):\/\//;

/**
 * Warnings for environment keys that look like ours but are not read: their setting would silently stay at its default.
 *
 * @param otherKeys what replaces keys of other packages; each completes a sentence.
 * @param furtherKeys keys that are read besides those of the options. @param module whose keys they are.
 */
export function unreadKeys(
  tree: OptionTree,
  variables: Readonly<Record<string, string | undefined>>,
  otherKeys: ReadonlyMap<string, string>,
  furtherKeys: readonly string[] = [],
  module: KeyPrefix = 'SESSION',
): string[] {
  const { prefix, ours, nearby } = keyNames[module];
  const similar = Object.entries(variables).filter(([name]) => ours.test(name) || (nearby?.test(name) ?? false));
  if (similar.length === 0) return [];
  const entries = optionEntries(tree);
  const keys = entries.flatMap(({ path, option }) => environmentKeys(path, option, prefix));
  const known = new Set([...keys, ...furtherKeys]);
  const codeOnly = new Map(
    entries.filter(({ option }) => option.env === null).map(({ path }) => [ownKey(path, prefix), path]),
  );
  return similar.flatMap(([name, value = '']) => {
    const isOurs = ours.test(name);
    if (known.has(name) || value.trim() === '' || isOfOthers(name, value)) return [];
    const meant =
      nearest(name, keys, FURTHEST) ??
      keys.find((key) => wordsOf(key) === wordsOf(name)) ??
      (known.has(`SESSION_${name}`) ? `SESSION_${name}` : undefined);
    if (!isOurs) return meant === undefined ? [] : [`${notRead(name)}; did you mean ${meant}?`];
    const instead = otherKeys.get(name) ?? [...otherKeys].find(([key]) => joined(key) === joined(name))?.[1];
    if (instead !== undefined) return [`${notRead(name)}: ${instead}.`];
    const inCode = codeOnly.get(name);
    if (inCode !== undefined) return [`${notRead(name)}: ${inCode} can only be set in code.`];
    return [
      meant === undefined ? `${notRead(name)}: no setting has this name.` : `${notRead(name)}; did you mean ${meant}?`,
    ];
  });
}

function notRead(name: string): string {
  return `The environment key ${name} is not read`;
}

function isOfOthers(name: string, value: string): boolean {
  return othersKeys.test(name) || (name.endsWith('_PORT') && addressOfService.test(value));
}

/** The same for names that join the words differently. */
function joined(name: string): string {
  return name.replaceAll('_', '');
}

/** Compares names that have the same words in another order as equal. */
function wordsOf(name: string): string {
  return name.split('_').sort().join('_');
}
