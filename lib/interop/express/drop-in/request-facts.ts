import type { SessionRequest } from './request.js';

/** The path that the client requested, wherever the application is mounted. */
export function pathOf(req: SessionRequest): string {
  const url = req.originalUrl ?? req.url ?? '';
  // The absolute form, as in requests to proxies.
  if (!url.startsWith('/')) return URL.canParse(url) ? new URL(url).pathname : '/';
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** Whether the client uses HTTPS, according to trusted information. */
export function isSecure(req: SessionRequest, proxy: boolean | undefined): boolean {
  // A mock request may have no socket.
  const socket = Reflect.get(req, 'socket') as object | undefined;
  if (socket !== undefined && 'encrypted' in socket && socket.encrypted === true) return true;
  if (proxy === false) return false;
  if (proxy !== true) return req.secure === true;
  const header = req.headers['x-forwarded-proto'] ?? '';
  const [first = ''] = String(header).split(',', 1);
  return first.trim().toLowerCase() === 'https';
}
