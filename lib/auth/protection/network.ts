import { isIPv4, isIPv6 } from 'node:net';

/** How many bits of an address, from the front, make its network. */
export interface PrefixLengths {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** No address is longer, with its zone, its brackets and a port. What comes in a header may be. */
const longestAddress = 100;

/**
 * Whether two addresses lie in one network, of so many bits. What is no address lies in one with nothing but itself; 0 bits
 * make one network of all addresses of that family, and of the two families where both are 0.
 */
export function isSameNetwork(one: string, other: string, bits: PrefixLengths): boolean {
  if (one === other || (bits.ipv4 === 0 && bits.ipv6 === 0)) return true;
  const network = networkOf(one, bits);
  return network !== null && network === networkOf(other, bits);
}

/**
 * The network of an address as a text that two addresses share if they share the network; null: it is no address. An IPv4
 * address in the clothes of IPv6 (mapped, or translated under 64:ff9b::/96) is the IPv4 address.
 */
function networkOf(address: string, bits: PrefixLengths): string | null {
  if (address.length > longestAddress) return null;
  const host = hostOf(address);
  if (isIPv4(host)) return masked('ipv4', groupsOfIpv4(host), bits);
  if (!isIPv6(host)) return null;
  const groups = groupsOfIpv6(host);
  return isIpv4Inside(groups) ? masked('ipv4', groups.slice(6), bits) : masked('ipv6', groups, bits);
}

/** Without the port that some proxies add, the brackets around IPv6, and the zone, which says nothing of the client. */
function hostOf(address: string): string {
  const text = address.trim();
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return bare.replace(/%.*$/s, '');
}

/** What is left of the groups, of 16 bits each, when all but the first bits are 0. */
function masked(family: keyof PrefixLengths, groups: readonly number[], bits: PrefixLengths): string {
  const kept = groups.map((group, index) => {
    const dropped = 16 - Math.min(16, Math.max(0, bits[family] - 16 * index));
    return (group >> dropped) << dropped;
  });
  return `${family}:${kept.join(':')}`;
}

function isIpv4Inside(groups: readonly number[]): boolean {
  const [first, second, ...rest] = groups.slice(0, 6);
  const isMapped = first === 0 && second === 0 && rest.join() === '0,0,0,65535';
  const isTranslated = first === 0x64 && second === 0xff9b && rest.join() === '0,0,0,0';
  return isMapped || isTranslated;
}

function groupsOfIpv4(address: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

function groupsOfIpv6(address: string): number[] {
  const plain = address.replace(/[\d.]+$/, (end) => {
    if (!end.includes('.')) return end;
    return groupsOfIpv4(end)
      .map((group) => group.toString(16))
      .join(':');
  });
  const [before = [], after = []] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
