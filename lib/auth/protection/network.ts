import { parseAddress } from '../network-address.js';

/** How many bits of an address, from the front, make its network. */
export interface PrefixLengths {
  readonly ipv4: number;
  readonly ipv6: number;
}

/**
 * Whether two addresses lie in one network, of so many bits. What is no address lies in one with nothing but itself; 0 bits
 * make one network of all addresses of that family, and of the two families where both are 0.
 */
export function isSameNetwork(one: string, other: string, bits: PrefixLengths): boolean {
  if (one === other || (bits.ipv4 === 0 && bits.ipv6 === 0)) return true;
  const network = networkOf(one, bits);
  return network !== null && network === networkOf(other, bits);
}

/** The network of an address as a text that two addresses share if they share the network; null: it is no address. */
function networkOf(address: string, bits: PrefixLengths): string | null {
  const parsed = parseAddress(address);
  if (parsed === null) return null;
  // What is left of the groups when all but the first bits are 0.
  const kept = parsed.groups.map((group, index) => {
    const dropped = 16 - Math.min(16, Math.max(0, bits[parsed.family] - 16 * index));
    return (group >> dropped) << dropped;
  });
  return `${parsed.family}:${kept.join(':')}`;
}
