import { AuthClientError } from './auth-client-error.js';
import type { Routes } from './routes.js';

/** Options of {@link AuthClient}. @publicApi */
export interface AuthClientOptions {
  /** The base URL of the routes, such as `https://api.shop.example/auth`; a path is relative to the origin of the page. Default: `/auth`. */
  readonly baseUrl?: string | undefined;
  /** Sends requests. Default: the global `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Headers of every request, or a function that returns them. Default: none. */
  readonly headers?: AuthClientHeaders | (() => AuthClientHeaders | Promise<AuthClientHeaders>) | undefined;
  /** Whether cookies are sent and stored. Default: `include`, also for other origins. */
  readonly credentials?: 'include' | 'same-origin' | 'omit' | undefined;
  /** The header that carries the CSRF token: `csrf.header` of the server. Default: `x-csrf-token`. */
  readonly csrfHeader?: string | undefined;
}

/** @publicApi */
export type AuthClientHeaders = Readonly<Record<string, string>>;

/** The paths of a method. @publicApi */
export type AuthPath<Method extends string> = keyof Routes extends infer Route
  ? Route extends `${Method} ${infer Path}`
    ? Path
    : never
  : never;

/** A route by its method and path. @publicApi */
export type AuthRoute<Method extends string, Path extends string> = Extract<keyof Routes, `${Method} ${Path}`>;

/** The parameters, query and body of a route, and a signal to abort the request. @publicApi */
export type AuthRequest<Route extends keyof Routes> = Pick<
  Routes[Route],
  Extract<keyof Routes[Route], 'params' | 'query' | 'body'>
> & {
  /** Aborts the request. */
  readonly signal?: AbortSignal | undefined;
};

/** The request may be left out where nothing in it is needed. */
type Rest<Request> = object extends Request ? [request?: Request] : [request: Request];

type Call<Method extends string> = <Path extends AuthPath<Method>>(
  path: Path,
  ...rest: Rest<AuthRequest<AuthRoute<Method, Path>>>
) => Promise<Routes[AuthRoute<Method, Path>]['answer']>;

/** As it is sent. */
interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

/** Errors that a new token may help against. */
const tokenCodes = ['CSRF_TOKEN_MISSING', 'CSRF_TOKEN_INVALID'];

/**
 * Calls the built-in routes of `nestjs-session-auth/accounts`, in browsers, Node and other runtimes with `fetch`:
 *
 * ```ts
 * const auth = new AuthClient({ baseUrl: 'https://api.shop.example/auth' });
 * const arrival = await auth.post('/login', { body: { identity, password } });
 * if (arrival.status === 'in') show(arrival.user);
 * ```
 *
 * Each method returns the body of the response, and throws an {@link AuthClientError} for an error. If the server requires a CSRF token, the
 * client gets one and sends the request again.
 *
 * @publicApi
 */
export class AuthClient {
  readonly #options: AuthClientOptions;
  readonly #baseUrl: string;
  #csrfToken: string | null = null;

  constructor(options: AuthClientOptions = {}) {
    this.#options = options;
    this.#baseUrl = (options.baseUrl ?? '/auth').replace(/\/+$/, '');
  }

  readonly get: Call<'GET'> = (path, ...[request]) => this.#call('GET', path, request);
  readonly post: Call<'POST'> = (path, ...[request]) => this.#call('POST', path, request);
  readonly patch: Call<'PATCH'> = (path, ...[request]) => this.#call('PATCH', path, request);
  readonly delete: Call<'DELETE'> = (path, ...[request]) => this.#call('DELETE', path, request);

  async #call<Answer>(method: string, path: string, request: Sent = {}): Promise<Answer> {
    try {
      return await this.#send(method, path, request);
    } catch (error) {
      if (!needsToken(error) || !(await this.#renewToken())) throw error;
      return this.#send(method, path, request);
    }
  }

  async #send<Answer>(method: string, path: string, request: Sent): Promise<Answer> {
    const { body, signal } = request;
    const { csrfHeader = 'x-csrf-token' } = this.#options;
    const headers = {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(this.#csrfToken !== null && method !== 'GET' && { [csrfHeader]: this.#csrfToken }),
    };
    const response = await this.#fetch(this.#urlOf(path, request), headers, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
    const answer = await answerIn(response);
    if (!response.ok || answer === null) {
      throw new AuthClientError(`${method} ${path}`, response.status, answer, response.headers.get('retry-after'));
    }
    if (method === 'GET' && path === '/') this.#csrfToken = tokenIn(answer);
    return answer as Answer;
  }

  async #fetch(url: string, headers: AuthClientHeaders, init: RequestInit): Promise<Response> {
    const { fetch = globalThis.fetch, headers: more = {}, credentials = 'include' } = this.#options;
    const own = typeof more === 'function' ? await more() : more;
    return fetch(url, { credentials, ...init, headers: { ...headers, ...own } });
  }

  #urlOf(path: string, { params = {}, query = {} }: Sent): string {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => segmentOf(name, params[name]));
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    // The overview is at the prefix itself.
    return this.#baseUrl + (filled === '/' ? '' : filled) + (search.size === 0 ? '' : `?${String(search)}`);
  }

  /** Gets a CSRF token. @returns whether there is one */
  async #renewToken(): Promise<boolean> {
    if (await this.#readToken()) return true;
    // A token belongs to a session, which only a page with a form starts.
    await this.#fetch(`${this.#baseUrl}/login`, { accept: 'text/html' }, {});
    return this.#readToken();
  }

  async #readToken(): Promise<boolean> {
    await this.get('/');
    return this.#csrfToken !== null;
  }
}

/** @throws TypeError for one that would lead to another route */
function segmentOf(name: string, value: unknown): string {
  if (typeof value === 'string' && !/^\.{0,2}$/.test(value)) return encodeURIComponent(value);
  throw new TypeError(`params.${name} must be an id, and is none.`);
}

function needsToken(error: unknown): boolean {
  return error instanceof AuthClientError && tokenCodes.includes(String(error.code));
}

/** The JSON of an answer; undefined: it has no body; null: it is something else. */
async function answerIn(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').includes('json')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function tokenIn(overview: unknown): string | null {
  const token = typeof overview === 'object' && overview !== null && 'csrfToken' in overview && overview.csrfToken;
  return typeof token === 'string' ? token : null;
}
