import type { ConfigProblem } from '../../errors.js';
import type { PublicUrl } from '../../http/public-url.js';
import type { AccountsOptions } from '../accounts.options.js';

/** Whom passkeys are made for. Nothing in it comes from a request. */
export interface RelyingParty {
  /** A domain. */
  readonly id: string;
  readonly name: string;
  /** Where passkeys may be used. */
  readonly origins: readonly string[];
}

type PasskeySettings = AccountsOptions['passkeys'];

export function relyingPartyOf({ origin }: PublicUrl, settings: PasskeySettings, site: string): RelyingParty {
  return {
    id: settings.rpId ?? new URL(origin).hostname,
    name: settings.rpName ?? site,
    origins: [origin, ...settings.origins],
  };
}

/** What keeps browsers from using passkeys here. */
export function relyingPartyProblems({ origin }: PublicUrl, { rpId, origins }: PasskeySettings): ConfigProblem[] {
  const { hostname } = new URL(origin);
  const problems: ConfigProblem[] = [];
  if (!isSecure(origin)) {
    problems.push({ setting: 'publicUrl', problem: 'passkeys need https, except on localhost' });
  }
  if (isAddress(hostname)) {
    problems.push({ setting: 'publicUrl', problem: 'passkeys need a domain name, not a network address' });
  }
  const id = rpId ?? hostname;
  if (rpId !== null && !isBelow(hostname, rpId)) {
    problems.push({ setting: 'passkeys.rpId', problem: 'expected the host of publicUrl, or a domain above it' });
  }
  for (const one of origins.filter((one) => !one.startsWith('android:'))) {
    if (isSecure(one) && isBelow(new URL(one).hostname, id)) continue;
    problems.push({ setting: 'passkeys.origins', problem: `${one} is not an https origin of ${id} or below it` });
  }
  return problems;
}

function isSecure(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost');
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || /^[\d.]+$/.test(host);
}

/** A domain of one label is below nothing but itself: browsers accept no `example` for `shop.example`. */
function isBelow(host: string, domain: string): boolean {
  return host === domain || (domain.includes('.') && host.endsWith(`.${domain}`));
}
