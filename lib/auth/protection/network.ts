import { parseAddress } from '../network-address.js';

/** How many leading bits of an address make its network. */
export interface PrefixLengths {
  readonly ipv4: number;
  readonly ipv6: number;
}

/**
 * Whether two addresses are in one network of so many bits. An invalid address is only in a network with itself; 0 bits put all
 * addresses of that family in one network, and both families if both are 0.
 */
export function isSameNetwork(one: string, other: string, bits: PrefixLengths): boolean {
  if (one === other || (bits.ipv4 === 0 && bits.ipv6 === 0)) return true;
  const network = networkOf(one, bits);
  return network !== null && network === networkOf(other, bits);
}

/** The network of an address as a string, equal for addresses in the same network; null: it is not an address. */
function networkOf(address: string, bits: PrefixLengths): string | null {
  const parsed = parseAddress(address);
  if (parsed === null) return null;
  // Clears all but the first bits.
  const kept = parsed.groups.map((group, index) => {
    const dropped = 16 - Math.min(16, Math.max(0, bits[parsed.family] - 16 * index));
    return (group >> dropped) << dropped;
  });
  return `${parsed.family}:${kept.join(':')}`;
}
