import { SetMetadata, type ExecutionContext } from '@nestjs/common';
import 'reflect-metadata';

const ALLOW_BASIC = Symbol('nestjs-session-auth allow basic');

/** The options of `@AllowBasic()`. @publicApi */
export interface AllowBasicOptions {
  /** The realm, which browsers may show when they ask for the password. Default: the option `basic.realm`. */
  readonly realm?: string;
}

/**
 * Accepts HTTP Basic for a route, or for all routes of a controller, if the option `basic` is on. Use it together with a guard. A session
 * takes precedence.
 *
 * @publicApi
 */
export const AllowBasic = ({ realm }: AllowBasicOptions = {}): ClassDecorator & MethodDecorator =>
  SetMetadata(ALLOW_BASIC, realm === undefined ? {} : { realm: quotable(realm) });

/** What can be in a quoted text of a header. */
export function quotable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '');
}

/** What a route says of HTTP Basic; null: it takes none. */
export function basicAt(context: ExecutionContext): AllowBasicOptions | null {
  for (const place of [context.getHandler(), context.getClass()]) {
    const found: unknown = typeof place === 'function' ? Reflect.getMetadata(ALLOW_BASIC, place) : undefined;
    if (typeof found === 'object' && found !== null) return found;
  }
  return null;
}
