/** What a browser demands of a cookie whose name begins so. It compares without case (RFC 6265bis 5.7). */
export interface PrefixRule {
  readonly prefix: string;
  /** The value of `cookie.prefix` that puts it there; `null` where only the name itself can. */
  readonly option: 'host' | 'secure' | null;
  readonly hostOnly: boolean;
  readonly httpOnly: boolean;
}

/** Longer prefixes first: `__Host-Http-` begins with `__Host-`. */
const rules: readonly PrefixRule[] = [
  { prefix: '__Host-Http-', option: 'host', hostOnly: true, httpOnly: true },
  { prefix: '__Host-', option: 'host', hostOnly: true, httpOnly: false },
  { prefix: '__Secure-', option: 'secure', hostOnly: false, httpOnly: false },
  { prefix: '__Http-', option: null, hostOnly: false, httpOnly: true },
];

/** The prefix that browsers see in a name, in its usual spelling; `null` if there is none. */
export function prefixOf(name: string): string | null {
  return ruleOf(name)?.prefix ?? null;
}

/** The rule for the prefix of a name; `undefined` if it has none. */
export function ruleOf(name: string): PrefixRule | undefined {
  const plain = name.toLowerCase();
  return rules.find(({ prefix }) => plain.startsWith(prefix.toLowerCase()));
}
