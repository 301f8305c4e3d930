import type { RawRequest } from './raw.js';
import { ARRIVED_AT, type Values } from './platform.js';

/**
 * The values that the applications on one Express instance have bound to its requests. All share the prototype of the requests,
 * so the routes of the first get its values from there; for each further one, a middleware before its routes marks the
 * requests.
 */
class Tenants {
  /** The key on a request for the application whose routes it has reached. */
  readonly slot = Symbol('nestjs-session-auth application');
  readonly first: Values = new Map();
}

const tenantsOf = new WeakMap<object, Tenants>();

/** The parts of an Express application that are used here. */
export interface SharedInstance {
  readonly request: object;
  use(middleware: (request: Record<symbol, unknown>, response: unknown, next: () => void) => void): unknown;
}

/** Binds values to the requests of one of several applications on an Express instance. */
export class ExpressTenant {
  readonly #tenants: Tenants;
  /** Its bound values. */
  readonly own: Values;

  /** Before the application's routes are registered. */
  constructor(private readonly instance: SharedInstance) {
    const existing = tenantsOf.get(instance);
    const tenants = (this.#tenants = existing ?? new Tenants());
    this.own = existing === undefined ? tenants.first : new Map<symbol, object>();
    if (existing === undefined) {
      tenantsOf.set(instance, tenants);
      return;
    }
    const { own } = this;
    instance.use((request, _response, next) => {
      request[tenants.slot] = request[ARRIVED_AT] = own;
      next();
    });
  }

  /** A request of Node with the prototype that Express gives to requests, which leaves the original as it is. */
  unrouted({ method, url, headers, socket }: RawRequest): object {
    const request = Object.create(this.instance.request) as Record<symbol, unknown>;
    request[this.#tenants.slot] = this.own;
    return Object.assign(request, { method, url, originalUrl: url, headers, socket });
  }

  bind(key: symbol, value: object): void {
    const { slot, first } = this.#tenants;
    this.own.set(key, value);
    const { request } = this.instance;
    if (this.own === first) {
      Object.defineProperty(request, key, { value, configurable: true });
      return;
    }
    Object.defineProperty(request, key, {
      get(this: Record<symbol, Values | undefined>): object | undefined {
        return (this[slot] ?? first).get(key);
      },
      configurable: true,
    });
  }
}
