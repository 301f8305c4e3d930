import { Server as TlsServer } from 'node:tls';
import type { CookieHolder } from './cookie-holder.js';
import { parseSetCookie, type SetCookieLine } from './set-cookie-line.js';

/** The parts of a supertest agent that are used: `supertest.agent(app.getHttpServer())`. @publicApi */
export interface SupertestAgent {
  readonly jar: {
    setCookies(lines: readonly string[], domain: string, path: string): unknown;
    getCookies(access: CookieAccess): { toValueString(): string };
  };
}

/** Where an agent would send its cookies. @publicApi */
export interface CookieAccess {
  domain: string;
  path: string;
  secure: boolean;
  script: boolean;
}

type Jar = SupertestAgent['jar'];

export function isSupertestAgent(value: object): value is SupertestAgent {
  // A superagent agent has such a jar, too, but does not tell which host it will talk to.
  if (!('jar' in value && 'app' in value)) return false;
  const { jar } = value;
  return typeof jar === 'object' && jar !== null && isMethod(jar, 'setCookies') && isMethod(jar, 'getCookies');
}

/** The cookies of an agent that it would send to `path` of its own server. */
export class AgentCookies implements CookieHolder {
  readonly #jar: Jar;
  readonly #access: CookieAccess;

  constructor(agent: SupertestAgent, path: string) {
    this.#jar = agent.jar;
    this.#access = { ...serverOf(agent), path, script: false };
  }

  get header(): string {
    return this.#jar.getCookies(this.#access).toValueString();
  }

  /** @throws Error if the agent would not send the given cookies */
  take(lines: readonly string[]): void {
    this.#jar.setCookies(lines, this.#access.domain, '/');
    for (const cookie of lines.map(parseSetCookie)) if (!cookie.isRemoval) this.#assertSent(cookie);
  }

  #assertSent(cookie: SetCookieLine): void {
    const sent = this.#jar.getCookies({ ...this.#access, path: cookie.path }).toValueString();
    if (sent.split('; ').includes(`${cookie.name}=${cookie.value}`)) return;
    throw new Error(`This agent would never send the cookie "${cookie.name}": ${reasonAgainst(cookie, this.#access)}`);
  }
}

function reasonAgainst({ secure, domain, expiresAt }: SetCookieLine, access: CookieAccess): string {
  if (secure && !access.secure) {
    return 'it is Secure, but the agent uses plain HTTP. Give the application under test `cookie: { secure: false }` (SESSION_COOKIE_SECURE, REMEMBER_COOKIE_SECURE), and no NODE_ENV=production.';
  }
  if (domain !== null && domain !== access.domain) {
    return `it is for ${domain}, but the agent talks to ${access.domain}. Omit \`cookie.domain\` in tests.`;
  }
  if (expiresAt !== null && expiresAt <= Date.now()) {
    return 'it has expired by the real clock, which agents use. Start the fake clock now, or later.';
  }
  return 'its jar rejected it.';
}

/** Supertest talks to a server at 127.0.0.1, or to a given URL. */
function serverOf(agent: object): { domain: string; secure: boolean } {
  const app: unknown = Reflect.get(agent, 'app');
  if (typeof app !== 'string') return { domain: '127.0.0.1', secure: app instanceof TlsServer };
  const { hostname, protocol } = new URL(app);
  return { domain: hostname, secure: protocol === 'https:' };
}

function isMethod(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function';
}
