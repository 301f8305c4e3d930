import { createHash } from 'node:crypto';

/**
 * A service that looks up breached passwords by the beginning of their SHA-1, so that it never learns the password. It returns text in the
 * form of the range service of Have I Been Pwned: a line per hash with its remaining 35 hexadecimal digits, a colon, and how often it was
 * seen.
 *
 * @publicApi
 */
export interface PasswordRanges {
  /** @param prefix the first five hexadecimal digits, in capitals */
  range(prefix: string): Promise<string>;
}

/** @publicApi */
export interface PwnedPasswordsOptions {
  /** The URL of the service, or of a mirror. Default: `https://api.pwnedpasswords.com/range/`. */
  readonly url?: string;
  /** The time limit of a request, in milliseconds. Default: 2000. */
  readonly timeoutMs?: number;
}

/** The range service of Have I Been Pwned. Its responses are padded, so that their length reveals nothing. @publicApi */
export function pwnedPasswords({
  url = 'https://api.pwnedpasswords.com/range/',
  timeoutMs = 2_000,
}: PwnedPasswordsOptions = {}): PasswordRanges {
  return {
    async range(prefix) {
      const response = await fetch(new URL(prefix, url), {
        headers: { 'Add-Padding': 'true', 'User-Agent': 'nestjs-session-auth' },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`The service of breached passwords responded with ${String(response.status)}.`);
      return response.text();
    },
  };
}

/** How often a password was seen in breaches; 0: never. @throws whatever the service throws */
export async function timesBreached(ranges: PasswordRanges, password: string): Promise<number> {
  const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
  const [prefix, rest] = [hash.slice(0, 5), hash.slice(5)];
  for (const line of (await ranges.range(prefix)).split('\n')) {
    const [suffix = '', count = ''] = line.trim().split(':');
    // The padding consists of lines with a count of 0.
    if (suffix.toUpperCase() === rest) return Number.parseInt(count, 10) || 0;
  }
  return 0;
}
