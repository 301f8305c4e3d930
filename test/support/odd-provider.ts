import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** How a provider differs from an honest one. */
export interface Oddity {
  /** Changes the claims of the ID token. */
  readonly claims?: (claims: JWTPayload) => JWTPayload;
  readonly isUnsigned?: boolean;
  /** Signs with a key that is not published. */
  readonly isForeign?: boolean;
  /** Changes what it sends back through the browser. */
  readonly response?: (parameters: URLSearchParams) => void;
  /** Answers at the token endpoint in its own way. */
  readonly token?: (response: ServerResponse) => void;
  /** Changes what it says of itself. */
  readonly metadata?: (metadata: Record<string, unknown>) => void;
}

/** A provider made by hand, which does what a real one would not. */
export interface OddProvider {
  readonly issuer: string;
  oddity: Oddity;
  /** The bodies that its token endpoint has got. */
  readonly tokenRequests: URLSearchParams[];
  /** The parameters of the last authorization request. */
  asked: URLSearchParams;
  /** Takes an authorization request. @returns where it leads back to */
  authorize(url: string): URL;
  /** A JWT under its key. */
  sign(claims: JWTPayload, header?: { typ?: string; alg?: string }): Promise<string>;
  close(): Promise<void>;
}

const keys = Promise.all([generateKeyPair('ES256', { extractable: true }), generateKeyPair('ES256')]);

export async function startOddProvider(clientId: string): Promise<OddProvider> {
  const [own, foreign] = await keys;
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', use: 'sig', alg: 'ES256' };
  const nonces = new Map<string, string>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  const signed = (claims: JWTPayload, key: CryptoKey, header: object = {}): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one', ...header }).sign(key);

  const running: OddProvider = {
    issuer,
    oddity: {},
    tokenRequests: [],
    asked: new URLSearchParams(),
    authorize(url) {
      const { searchParams } = new URL(url);
      running.asked = searchParams;
      const code = `code-${String(nonces.size)}`;
      nonces.set(code, searchParams.get('nonce') ?? '');
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      const parameters = new URLSearchParams({ code, state: searchParams.get('state') ?? '', iss: issuer });
      running.oddity.response?.(parameters);
      back.search = String(parameters);
      return back;
    },
    sign: (claims, header) => signed(claims, own.privateKey, header),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', issuer);
    const body = new URLSearchParams(await text(request));
    const { oddity } = running;
    if (pathname === '/.well-known/openid-configuration') {
      const metadata: Record<string, unknown> = {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        userinfo_endpoint: `${issuer}/userinfo`,
        end_session_endpoint: `${issuer}/logout`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
        authorization_response_iss_parameter_supported: true,
      };
      oddity.metadata?.(metadata);
      json(response, metadata);
    } else if (pathname === '/jwks') {
      json(response, { keys: [jwk] });
    } else if (pathname === '/userinfo') {
      json(response, { sub: 'ada-there', email: 'ada@example.com', email_verified: true });
    } else if (pathname === '/token') {
      running.tokenRequests.push(body);
      if (oddity.token === undefined) json(response, await tokens(body));
      else oddity.token(response);
    } else {
      response.statusCode = 404;
      response.end();
    }
  }

  async function tokens(body: URLSearchParams): Promise<object> {
    const { claims: change = (same) => same, isUnsigned = false, isForeign = false } = running.oddity;
    const now = Math.floor(Date.now() / 1000);
    const nonce = nonces.get(body.get('code') ?? '');
    const honest = { iss: issuer, sub: 'ada-there', aud: clientId, iat: now, exp: now + 600, nonce: nonce ?? 'none' };
    const claims = change(honest);
    const idToken = isUnsigned
      ? new UnsecuredJWT(claims).encode()
      : await signed(claims, isForeign ? foreign.privateKey : own.privateKey);
    return { access_token: 'a-token-of-the-provider', token_type: 'Bearer', expires_in: 600, id_token: idToken };
  }

  return running;
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
