import { parseAddress } from '../network-address.js';

/** The network of an invalid address: the client has disconnected, or a proxy has put another string into its header. */
export const unknownNetwork = 'unknown';

/** The networks of an address that have budgets. */
export interface Networks {
  /** An IPv4 address itself, or the /64 of an IPv6 address: what one household or one server has. */
  readonly own: string;
  /** The /48 of an IPv6 address, the most that one customer is given: 65,536 times a /64. Null: there is none. */
  readonly site: string | null;
}

export function networksOf(address: string): Networks {
  const parsed = parseAddress(address);
  if (parsed === null) return { own: unknownNetwork, site: null };
  const { family, groups } = parsed;
  if (family === 'ipv4') return { own: groups.flatMap((group) => [group >> 8, group & 0xff]).join('.'), site: null };
  const prefix = (count: number): string => {
    const kept = groups.slice(0, count).map((group) => group.toString(16));
    return `${kept.join(':')}::/${String(count * 16)}`;
  };
  return { own: prefix(4), site: prefix(3) };
}
