import type { Backend } from './backend.js';
import { type Flight, Flights } from './connect-flights.js';
import type { RequestStore } from './express-store.js';

/** Middlewares that share a store share the knowledge of concurrent requests. */
const flightsOf = new WeakMap<RequestStore, Flights>();

/** An express-session store, used as express-session uses it. */
export class ConnectBackend implements Backend {
  readonly savesFirst = false;
  readonly #flights: Flights;

  constructor(readonly store: RequestStore) {
    this.#flights = flightsOf.get(store) ?? new Flights();
    flightsOf.set(store, this.#flights);
  }

  board(sid: string): Flight {
    return this.#flights.board(sid);
  }

  isGone(session: object): boolean {
    return this.#flights.isGone(session);
  }
}
