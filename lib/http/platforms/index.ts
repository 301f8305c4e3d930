import type { EventEmitter } from 'node:events';
import { ExpressPlatform, type ExpressInstance } from './express.js';
import { FastifyPlatform, type FastifyInstance } from './fastify.js';
import { NodePlatform } from './node.js';
import type { Platform } from './platform.js';

/** The part of Nest's HTTP adapters that is used. */
export interface AdapterLike {
  getType(): string;
  getInstance(): unknown;
  getHttpServer(): unknown;
}

/** The platform behind a Nest HTTP adapter. */
export function platformOf(adapter: AdapterLike): Platform {
  const instance = adapter.getInstance();
  if (isFastify(instance)) return new FastifyPlatform(instance);
  const listening = adapter.getHttpServer();
  const server = isEmitter(listening) ? listening : undefined;
  return isExpress(instance) ? new ExpressPlatform(instance, server) : new NodePlatform(server);
}

function isFastify(value: unknown): value is FastifyInstance {
  return typeof value === 'object' && value !== null && 'decorateRequest' in value && 'hasRequestDecorator' in value;
}

function isExpress(value: unknown): value is ExpressInstance {
  return (
    typeof value === 'function' && 'handle' in value && isPrototype(value, 'request') && isPrototype(value, 'response')
  );
}

function isPrototype(application: object, name: string): boolean {
  const prototype: unknown = Reflect.get(application, name);
  return typeof prototype === 'object' && prototype !== null;
}

function isEmitter(value: unknown): value is EventEmitter {
  return typeof value === 'object' && value !== null && 'prependListener' in value;
}
