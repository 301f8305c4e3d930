import { html, type HtmlPart } from './html.js';

/** The nonces of the application's `Content-Security-Policy` for scripts and style sheets; null: there is none. @publicApi */
export interface PageNonces {
  readonly script: string | null;
  readonly style: string | null;
}

/** Those of a response: `res.locals.cspNonce`, as helmet is used with Express, and `reply.cspNonce` of `@fastify/helmet`. */
export function noncesOf(response: unknown): PageNonces {
  const ofFastify = valueIn(response, 'cspNonce');
  if (typeof ofFastify === 'object' && ofFastify !== null) {
    return { script: textIn(ofFastify, 'script'), style: textIn(ofFastify, 'style') };
  }
  const nonce = textIn(valueIn(response, 'locals'), 'cspNonce');
  return { script: nonce, style: nonce };
}

/** The attribute of an element that loads something. */
export function nonceAttribute(nonce: string | null): HtmlPart {
  return nonce !== null && html` nonce="${nonce}"`;
}

function textIn(holder: unknown, name: string): string | null {
  const value = valueIn(holder, name);
  return typeof value === 'string' && value !== '' ? value : null;
}

function valueIn(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
}
