import { BlockList, isIP } from 'node:net';

const v4Mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Whether two addresses lie in one network, of so many bits. What is no address lies in one with nothing but itself; 0 bits
 * make one network of all addresses of that family, and of the two families where both are 0.
 */
export function isSameNetwork(
  one: string,
  other: string,
  bits: { readonly ipv4: number; readonly ipv6: number },
): boolean {
  if (bits.ipv4 === 0 && bits.ipv6 === 0) return true;
  const [a, b] = [plain(one), plain(other)];
  if (a === b) return true;
  const family = isIP(a);
  if (family === 0 || family !== isIP(b)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (bits[type] === 0) return true;
  const network = new BlockList();
  network.addSubnet(a, bits[type], type);
  return network.check(b, type);
}

/** An IPv4 address that came over an IPv6 socket is an IPv4 address, and a zone says nothing of the client. */
function plain(address: string): string {
  return v4Mapped.exec(address)?.[1] ?? address.replace(/%.*$/, '');
}
