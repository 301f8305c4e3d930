import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { SessionUnreachableError } from '../errors.js';
import type { Device } from '../session/auth-facts.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { livingSession } from '../session/living-session.js';
import { ResponseHead } from '../response/head.js';
import { NodePlatform } from './platforms/node.js';
import { RequestSession } from './request-session.js';
import { SessionRuntime } from './session-runtime.js';

/**
 * A request that reaches no route, for code that acts as a client of the application without its server, such as a test. Its
 * session is handled as usual: the cookie is checked, the session is loaded and inspected, and the response has the Set-Cookie
 * headers. It does not count as use of the session, which is neither extended nor rotated.
 */
export class UnsentRequest {
  private constructor(
    private readonly request: RequestSession,
    readonly session: SessionObject,
    private readonly response: ServerResponse,
    private readonly isFromDevice: boolean,
  ) {}

  /**
   * @param cookie the `Cookie` header
   * @param device what sends it; null: the device of the session's login, if known.
   * @throws SessionUnreachableError if the application is not initialised
   * @throws SessionStoreUnavailableError, ServiceUnavailableException if the store does not answer
   */
  static async to(app: INestApplicationContext, cookie: string, device: Device | null): Promise<UnsentRequest> {
    const runtime = app.get(SessionRuntime, { strict: false });
    assertInitialised(app, runtime);
    const { repository, lifetime, options, observer, report, now, watcher, heldLogins } = runtime;
    const sender = device ?? (await deviceOfLogin(runtime, cookie));
    const raw = new IncomingMessage(new Socket());
    raw.headers = sender === null ? { cookie } : { cookie, 'user-agent': sender.userAgent };
    const response = new ServerResponse(raw);
    const request = new RequestSession(
      {
        repository,
        cookie: runtime.cookie,
        lifetime,
        options,
        observer,
        report,
        now,
        watcher,
        migration: null,
        heldLogins,
      },
      new UnsentPlatform(sender?.address ?? ''),
      raw,
      raw,
      response,
    );
    request.handle.becomePassive();
    return new UnsentRequest(request, await request.get(), response, sender !== null);
  }

  /** The path of the session cookie. */
  static cookiePath(app: INestApplicationContext): string {
    const { cookie } = app.get(SessionRuntime, { strict: false });
    return /; Path=([^;]+)/.exec(cookie.clearingLines(false).join())?.[1] ?? '/';
  }

  /** Saves the session. @returns the Set-Cookie headers of the response */
  async answer(): Promise<string[]> {
    if (!this.isFromDevice) this.#forgetDevice();
    const { response } = this.request;
    await response?.beforeHead(200);
    response?.writeHead(new ResponseHead(this.response, null));
    const lines = this.response.getHeader('Set-Cookie') ?? [];
    return Array.isArray(lines) ? lines : [String(lines)];
  }

  /** A login made here came from no device: this request's made-up one would be compared with a real one. */
  #forgetDevice(): void {
    const state = stateOf(this.session);
    if (state.auth === null) return;
    const { device: _device, ...auth } = state.auth;
    state.setLogin(auth);
  }
}

class UnsentPlatform extends NodePlatform {
  constructor(private readonly address: string) {
    super(undefined);
  }

  override addressOf(): string {
    return this.address;
  }
}

async function deviceOfLogin({ cookie, repository }: SessionRuntime, header: string): Promise<Device | null> {
  const found = await livingSession(repository, cookie.readAll(header).tokens);
  return (found && stateOf(found.session).auth?.device) ?? null;
}

function assertInitialised(app: INestApplicationContext, runtime: SessionRuntime): void {
  const { httpAdapter } = app.get<{ readonly httpAdapter?: object }>(HttpAdapterHost, { strict: false });
  if (httpAdapter) {
    // It throws a clear error itself.
    const { platform: _platform } = runtime;
  } else if (Reflect.get(app, 'isInitialized') === false) {
    // A context without a server has no platform, but Nest's own initialisation flag.
    throw new SessionUnreachableError('The application has not been initialised yet: call init() first.');
  }
}
