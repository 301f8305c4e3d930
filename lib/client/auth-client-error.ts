import type { FieldCode, Routes } from './routes.js';

/** The `code` of an error of any route. @publicApi */
export type AuthErrorCode = Routes[keyof Routes]['code'];

/** The JSON body of an error. */
interface ErrorBody {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly fields?: unknown;
  readonly retryAfter?: unknown;
}

/**
 * The error of a request that a route rejected. If there was no response, because of the network or an abort, the error is that of `fetch`.
 *
 * @publicApi
 */
export class AuthClientError<Code extends string = AuthErrorCode> extends Error {
  override readonly name = 'AuthClientError';
  /** For programs; null: there is none, for example if nobody is logged in (401), or a proxy sent the response. */
  readonly code: Code | null;
  /** Error codes by field of the body; null: none. */
  readonly fields: Readonly<Record<string, readonly FieldCode[]>> | null;
  /** After how many seconds the request can be repeated; null: not known. */
  readonly retryAfter: number | null;

  constructor(
    /** The method and the path, such as `POST /login`. */
    readonly route: string,
    readonly status: number,
    body: unknown,
    retryAfter: string | null = null,
  ) {
    const said: ErrorBody = typeof body === 'object' && body !== null ? body : {};
    super(typeof said.message === 'string' ? said.message : `${route}: ${String(status)}`);
    this.code = typeof said.code === 'string' ? (said.code as Code) : null;
    this.fields =
      typeof said.fields === 'object' && said.fields !== null
        ? (said.fields as Readonly<Record<string, readonly FieldCode[]>>)
        : null;
    const seconds = Number(said.retryAfter ?? retryAfter ?? Number.NaN);
    this.retryAfter = Number.isFinite(seconds) ? seconds : null;
  }
}

/**
 * Whether an error is that of a route, whose `code` is then one of its own:
 *
 * ```ts
 * if (isErrorOf(error, 'POST /login') && error.code === 'INVALID_CREDENTIALS') …
 * ```
 *
 * @publicApi
 */
export function isErrorOf<Route extends keyof Routes>(
  error: unknown,
  route: Route,
): error is AuthClientError<Routes[Route]['code']> {
  return error instanceof AuthClientError && error.route === route;
}
