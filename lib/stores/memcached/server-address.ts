/** The address of a memcached server. */
export interface ServerAddress {
  /** As given, in lower case and with its port: keys are distributed by it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export const defaultPort = 11_211;

/** `host`, `host:port`, `[address]` or `[address]:port`. */
export const addressPattern =
  /(?:\[([0-9a-f:.]+)\]|([^\s:,[\]/@]+))(?::([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]))?/i;

const whole = new RegExp(`^${addressPattern.source}$`, 'i');

/** @throws TypeError for an invalid address */
export function parseAddress(text: string): ServerAddress {
  const match = whole.exec(text.trim());
  const host = (match?.[1] ?? match?.[2] ?? '').toLowerCase();
  if (host === '') throw new TypeError('expected host:port, such as 127.0.0.1:11211');
  const port = Number(match?.[3] ?? defaultPort);
  return { name: `${host.includes(':') ? `[${host}]` : host}:${String(port)}`, host, port };
}
