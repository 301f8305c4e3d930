import { isIPv4, isIPv6 } from 'node:net';

/** A network address, in groups of 16 bits: two for IPv4, eight for IPv6. */
export interface NetworkAddress {
  readonly family: 'ipv4' | 'ipv6';
  readonly groups: readonly number[];
}

/** The longest possible address, with zone, brackets and port. A header may contain more. */
const longestAddress = 100;

/**
 * Parses an address, without port, brackets and zone; null: it is invalid. An IPv4 address embedded in IPv6 (mapped, or
 * translated under 64:ff9b::/96) is returned as IPv4.
 */
export function parseAddress(text: string): NetworkAddress | null {
  if (text.length > longestAddress) return null;
  const host = hostOf(text);
  if (isIPv4(host)) return { family: 'ipv4', groups: groupsOfIpv4(host) };
  if (!isIPv6(host)) return null;
  const groups = groupsOfIpv6(host);
  return isIpv4Inside(groups) ? { family: 'ipv4', groups: groups.slice(6) } : { family: 'ipv6', groups };
}

/** Without the port that some proxies add, the brackets around IPv6, and the zone, which says nothing about the client. */
function hostOf(address: string): string {
  const text = address.trim();
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return bare.replace(/%.*$/s, '');
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
