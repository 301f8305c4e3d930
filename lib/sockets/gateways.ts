import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import 'reflect-metadata';
import { GATEWAY_METADATA, INTERCEPTORS_METADATA } from '../http/routes.js';
import { messageInterceptor } from './message.interceptor.js';

/** The metadata keys of gateways, which Nest does not export from its main entry point. */
const OPTIONS_METADATA = 'websockets:gateway_options';
const PORT_METADATA = 'port';

/** Where a gateway's clients connect; several may have the same place, and share its sockets. */
export interface SocketPlace {
  readonly port: number;
  readonly path: unknown;
  /** A namespace of socket.io. */
  readonly namespace: unknown;
}

/** A class with `@WebSocketGateway()`. */
export interface Gateway {
  readonly type: Type;
  readonly place: SocketPlace;
}

/** The gateways of an application, also while its providers are being created. */
export function gatewaysIn(modules: ModulesContainer): Gateway[] {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const classes = new Set(providers.map(({ metatype }) => metatype).filter(isGateway));
  return [...classes].map((type) => ({
    type,
    place: placeOf(Reflect.getMetadata(PORT_METADATA, type), Reflect.getMetadata(OPTIONS_METADATA, type)),
  }));
}

/** The place that a gateway's options, or those of an adapter's `create()`, name. */
export function placeOf(port: unknown, options: unknown): SocketPlace {
  const { path, namespace = '' } = (options ?? {}) as Readonly<Record<string, unknown>>;
  return { port: typeof port === 'number' ? port : 0, path, namespace: normal(namespace) };
}

export function isSamePlace(one: SocketPlace, other: SocketPlace): boolean {
  return one.port === other.port && one.path === other.path && one.namespace === other.namespace;
}

/** Lets the session be saved after each message: Nest 11 applies no interceptors of the whole application to gateways. */
export function saveAfterMessages({ type }: Gateway): void {
  const own = (Reflect.getMetadata(INTERCEPTORS_METADATA, type) ?? []) as readonly unknown[];
  // A class may be a gateway of several applications.
  if (own.includes(messageInterceptor)) return;
  Reflect.defineMetadata(INTERCEPTORS_METADATA, [messageInterceptor, ...own], type);
}

function isGateway(type: unknown): type is Type {
  return typeof type === 'function' && Reflect.hasMetadata(GATEWAY_METADATA, type);
}

/** `/` is the namespace of those that name none. */
function normal(namespace: unknown): unknown {
  return typeof namespace === 'string' ? namespace.replace(/^\/?/, '/') : namespace;
}
