import { parseAddress } from '../network-address.js';

/** What an address counts as that is none: the other end has gone, or a proxy has put another text into its header. */
export const unknownNetwork = 'unknown';

/** The networks of an address that have budgets. */
export interface Networks {
  /** An IPv4 address by itself, an IPv6 address with all of its /64: what one household or one server has. */
  readonly own: string;
  /** Of an IPv6 address its /48, the most that one customer is given: 65,536 times a /64. Null: there is none. */
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
