import { parseAddress } from '../network-address.js';

/** What an address counts as that is none: the other end has gone, or a proxy has put another text into its header. */
export const unknownNetwork = 'unknown';

/**
 * The network whose addresses share one budget: an IPv4 address by itself, an IPv6 address with all of its /64, which one
 * customer has.
 */
export function networkOf(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === null) return unknownNetwork;
  const { family, groups } = parsed;
  if (family === 'ipv4') return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}
