import { SetMetadata, type ExecutionContext } from '@nestjs/common';
import 'reflect-metadata';

const ALLOW_BASIC = Symbol('nestjs-session-auth allow basic');

/** The options of `@AllowBasic()`. @publicApi */
export interface AllowBasicOptions {
  /** What a browser shows when it asks for name and password. Default: the option `basic.realm`. */
  readonly realm?: string;
}

/**
 * Lets requests with HTTP Basic use a route, or all routes of a controller, where the option `basic` is on. It needs a guard beside it. With
 * a session as well, the session counts.
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
