/** What a browser requires of a cookie whose name has this prefix. It compares case-insensitively (RFC 6265bis 5.7). */
export interface PrefixRule {
  readonly prefix: string;
  readonly hostOnly: boolean;
  readonly httpOnly: boolean;
}

/** Longer prefixes first: `__Host-Http-` begins with `__Host-`. */
const rules: readonly PrefixRule[] = [
  { prefix: '__Host-Http-', hostOnly: true, httpOnly: true },
  { prefix: '__Host-', hostOnly: true, httpOnly: false },
  { prefix: '__Secure-', hostOnly: false, httpOnly: false },
  { prefix: '__Http-', hostOnly: false, httpOnly: true },
];

/** The prefix of a name as browsers see it, in its usual spelling; `null` if there is none. */
export function prefixOf(name: string): string | null {
  return ruleOf(name)?.prefix ?? null;
}

/** The rule for the prefix of a name; `undefined` if it has none. */
export function ruleOf(name: string): PrefixRule | undefined {
  const plain = name.toLowerCase();
  return rules.find(({ prefix }) => plain.startsWith(prefix.toLowerCase()));
}
