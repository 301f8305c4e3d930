import type { SessionRequest } from './request.js';

/** The path that the client asked for, wherever the application is mounted. */
export function pathOf(req: SessionRequest): string {
  const url = req.originalUrl ?? req.url ?? '';
  // The absolute form, as proxies are asked.
  if (!url.startsWith('/')) return URL.canParse(url) ? new URL(url).pathname : '/';
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** Whether the client is connected by HTTPS, as far as that may be believed. */
export function isSecure(req: SessionRequest, proxy: boolean | undefined): boolean {
  // A request that tests have made up may have no socket.
  const socket = Reflect.get(req, 'socket') as object | undefined;
  if (socket !== undefined && 'encrypted' in socket && socket.encrypted === true) return true;
  if (proxy === false) return false;
  if (proxy !== true) return req.secure === true;
  const header = req.headers['x-forwarded-proto'] ?? '';
  const [first = ''] = String(header).split(',', 1);
  return first.trim().toLowerCase() === 'https';
}
