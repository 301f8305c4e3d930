import { exportJWK, generateKeyPair } from 'jose';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Context } from 'oidc-provider';
import { CookieJar } from './jar.js';

/** Who signs in at the provider. */
export interface Person {
  readonly id: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly name?: string;
  readonly amr?: readonly string[];
  readonly acr?: string;
}

export const clientId = 'the-shop';
export const clientSecret = 'a-secret-of-the-shop-that-nobody-else-has';

/** A provider with OpenID Connect on a port of its own. */
export interface OidcServer {
  readonly issuer: string;
  /** Who signs in next; null: somebody who does not agree. */
  person: Person | null;
  /** How often each path was asked for. */
  readonly asked: Map<string, number>;
  /** Is called before a path is answered; true: it has answered itself. */
  before: ((path: string, response: ServerResponse) => boolean | Promise<boolean>) | null;
  /** Goes through its pages. @returns where it leads back to */
  visit(url: string, jar?: CookieJar): Promise<URL>;
  jar(): CookieJar;
  close(): Promise<void>;
}

/** One for all providers of a process, since it takes long. */
const signingKey = (async (): Promise<object> => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: 'one', use: 'sig', alg: 'RS256' };
})();

/** Where the provider keeps what it has issued. */
class KeptInMemory {
  readonly #rows = new Map<string, Record<string, unknown>>();

  upsert(id: string, row: Record<string, unknown>): Promise<void> {
    this.#rows.set(id, row);
    return Promise.resolve();
  }

  find(id: string): Promise<Record<string, unknown> | undefined> {
    return Promise.resolve(this.#rows.get(id));
  }

  findByUid(uid: string): Promise<Record<string, unknown> | undefined> {
    return Promise.resolve([...this.#rows.values()].find((row) => row['uid'] === uid));
  }

  consume(id: string): Promise<void> {
    const row = this.#rows.get(id);
    if (row !== undefined) row['consumed'] = Math.floor(Date.now() / 1000);
    return Promise.resolve();
  }

  destroy(id: string): Promise<void> {
    this.#rows.delete(id);
    return Promise.resolve();
  }

  revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, row] of this.#rows) if (row['grantId'] === grantId) this.#rows.delete(id);
    return Promise.resolve();
  }
}

/** @param callbacks the redirect URIs of the application @param more configuration of `oidc-provider` @param client further metadata of the client */
export async function startOidcServer(
  callbacks: () => readonly string[],
  { more = {}, client = {} }: { readonly more?: object; readonly client?: object } = {},
): Promise<OidcServer> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.end();
  const asked = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://provider').pathname;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const { before } = running;
    if (before === null) handle(request, response);
    else {
      void Promise.resolve(before(path, response)).then((hasAnswered) => {
        if (!hasAnswered) handle(request, response);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const people = new Map<string, Person>();
  const grants = new Map<string, Promise<object>>();
  const key = await signingKey;

  const running: OidcServer = {
    issuer,
    person: { id: 'ada-there', email: 'ada@example.com', emailVerified: true, name: 'Ada' },
    asked,
    before: null,
    jar: () => new CookieJar(issuer),
    async visit(url, jar = new CookieJar(issuer)) {
      for (let at = new URL(url); ;) {
        const response = await jar.fetch(at.href);
        const location = response.headers.get('location');
        if (location === null) throw new Error(`${at.pathname}: ${String(response.status)} ${await response.text()}`);
        at = new URL(location, at);
        if (at.origin !== issuer) return at;
      }
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const begin = (): typeof handle => {
    const provider = new Provider(issuer, {
      // The provider's own dispatcher calls no address of this machine.
      fetch: (url: string, { dispatcher: _its, ...options }: RequestInit & { dispatcher?: unknown }) =>
        fetch(url, options),
      ...more,
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: callbacks(),
          post_logout_redirect_uris: callbacks().map((one) => `${new URL(one).origin}/`),
          ...client,
        },
      ],
      adapter: (_name: string) => new KeptInMemory(),
      jwks: { keys: [key] },
      cookies: { keys: ['a key for cookies of the provider'] },
      claims: {
        openid: ['sub', 'amr', 'acr'],
        email: ['email', 'email_verified'],
        profile: ['name'],
        ...{ acr: null, sid: null, auth_time: null, iss: null },
      },
      ttl: { Interaction: 600, Grant: 3_600, Session: 3_600, AccessToken: 600, RefreshToken: 3_600, IdToken: 600 },
      acrValues: ['silver', 'gold'],
      pkce: { required: () => true },
      interactions: { url: (_context: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
      features: { devInteractions: { enabled: false }, ...('features' in more ? (more.features as object) : {}) },
      findAccount: (_context: Context, id: string) => {
        const { email, emailVerified, name } = people.get(id) ?? {};
        return { accountId: id, claims: () => ({ sub: id, email, email_verified: emailVerified, name }) };
      },
      // One for each person: a code ends with the grant that it belongs to.
      loadExistingGrant: ({ oidc }: Context) => {
        const { accountId } = oidc.session;
        const granted =
          grants.get(accountId) ??
          (async () => {
            const grant = new provider.Grant({ accountId, clientId: oidc.client.clientId });
            grant.addOIDCScope('openid email profile offline_access');
            await grant.save();
            return grant;
          })();
        grants.set(accountId, granted);
        return granted;
      },
      renderError: (context: { type: string; body: string }, _out: object, error: Error) => {
        context.type = 'text';
        context.body = String(error);
      },
    });
    const callback = provider.callback();
    return (request, response) => {
      if (request.url?.startsWith('/interaction/') !== true) {
        callback(request, response);
        return;
      }
      const { person } = running;
      if (person !== null) people.set(person.id, person);
      const result =
        person === null
          ? { error: 'access_denied', error_description: 'not today' }
          : { login: { accountId: person.id, amr: person.amr, acr: person.acr } };
      provider.interactionFinished(request, response, result).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    };
  };
  // Made when it is first asked, since the application listens by then.
  handle = (request, response) => {
    handle = begin();
    handle(request, response);
  };
  return running;
}
