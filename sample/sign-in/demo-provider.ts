import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HttpAdapterHost } from '@nestjs/core';
import type { OAuthProviderSettings } from 'nestjs-session-auth/accounts';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Context } from 'oidc-provider';
import { isProduction } from '../settings.js';
import { choosing, type DemoPerson } from './demo-provider.view.js';
import { RowsInMemory } from './rows-in-memory.js';

const people: readonly DemoPerson[] = [
  { id: 'night-owl', name: 'Nora Night', email: 'nora@owl.example' },
  { id: 'early-bird', name: 'Ben Bird', email: 'ben@owl.example' },
];

/** Accounts at the provider are known by its address, so it is the same after a restart if it can be. */
const firstPort = 4100;
const furtherPorts = 10;
const clientId = 'small-hours';
const seconds = { minute: 60, hour: 3_600 };

/**
 * A provider with OpenID Connect for the sample alone, on a port of its own: whoever asks is who they say they are. In production there is
 * none; put your own there.
 */
@Injectable()
export class DemoProvider implements OnApplicationShutdown {
  readonly #clientSecret = randomBytes(32).toString('base64url');
  #server: Server | null = null;

  constructor(
    private readonly config: ConfigService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** For `oauth.providers`: none in production. */
  async start(): Promise<Readonly<Record<string, OAuthProviderSettings>>> {
    if (isProduction(this.config)) return {};
    const server = await listening();
    this.#server = server;
    const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    // Made for the first request: the shop has a port by then, and starts no later for it.
    let handle: ReturnType<DemoProvider['open']> | undefined;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      handle ??= this.open(issuer);
      handle(request, response);
    });
    return { owl: { label: 'Owl', issuer, clientId, clientSecret: this.#clientSecret } };
  }

  async onApplicationShutdown(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  private open(issuer: string): (request: IncomingMessage, response: ServerResponse) => void {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const provider = new Provider(issuer, {
      clients: [{ client_id: clientId, client_secret: this.#clientSecret, redirect_uris: [this.#callback()] }],
      adapter: RowsInMemory,
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }] },
      clientDefaults: { id_token_signed_response_alg: 'ES256' },
      cookies: { keys: [randomBytes(32).toString('base64url')] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      ttl: {
        Interaction: 10 * seconds.minute,
        Grant: seconds.hour,
        Session: seconds.hour,
        AccessToken: seconds.minute,
      },
      interactions: { url: (_context: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
      features: { devInteractions: { enabled: false } },
      findAccount: (_context: Context, id: string) => {
        const { email, name } = people.find((person) => person.id === id) ?? {};
        return { accountId: id, claims: () => ({ sub: id, email, email_verified: true, name }) };
      },
      // Who chooses a person agrees to all that the shop asks for.
      loadExistingGrant: async ({ oidc: { session, client } }: Context) => {
        const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    });
    const answer = provider.callback();
    return (request, response) => {
      if (request.url?.startsWith('/interaction/') !== true) {
        answer(request, response);
        return;
      }
      interact(provider, request, response).catch((error: unknown) => {
        response.statusCode = 400;
        response.end(error instanceof Error ? error.message : 'It failed.');
      });
    };
  }

  #callback(): string {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    const { port } = server.address() as AddressInfo;
    const shop = this.config.get<string>('SESSION_PUBLIC_URL') || `http://localhost:${String(port)}`;
    return `${shop}/auth/oauth/owl/callback`;
  }
}

/** Asks who it is, and leads back with the answer. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(choosing(people));
    return;
  }
  const id = new URLSearchParams(await bodyOf(request)).get('person');
  const result = people.some((person) => person.id === id) ? { login: { accountId: id } } : { error: 'access_denied' };
  await provider.interactionFinished(request, response, result);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > 1_000) throw new Error('Too long.');
  }
  return body;
}

async function listening(): Promise<Server> {
  for (let port = firstPort; port <= firstPort + furtherPorts; port += 1) {
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return server;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
