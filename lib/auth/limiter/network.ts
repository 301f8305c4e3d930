import { isIPv4, isIPv6 } from 'node:net';

/** What an address counts as that is none: the other end has gone, or a proxy has put another text into its header. */
export const unknownNetwork = 'unknown';

/**
 * The network whose addresses share one budget: an IPv4 address by itself, an IPv6 address with all of its /64, which one
 * customer has. An IPv4 address in the clothes of IPv6 (mapped, or translated under 64:ff9b::/96) is the IPv4 address: all
 * of them would share one /64.
 */
export function networkOf(address: string): string {
  const host = hostOf(address);
  if (isIPv4(host)) return host;
  if (!isIPv6(host)) return unknownNetwork;
  const groups = groupsOf(host);
  const [first, second] = groups;
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return ipv4Of(groups);
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) return ipv4Of(groups);
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** Without the port that some proxies add, the brackets around IPv6, and the zone of a link-local address. */
function hostOf(address: string): string {
  const text = address.trim();
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return bare.replace(/%.*$/s, '');
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_text, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const before = numbersIn(head);
  const after = numbersIn(tail ?? '');
  return tail === undefined ? before : [...before, ...zeros(8 - before.length - after.length), ...after];
}

function numbersIn(groups: string): number[] {
  return groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16));
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function ipv4Of(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
