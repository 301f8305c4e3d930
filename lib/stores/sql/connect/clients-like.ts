import { type GivenDatabase, isPgPool } from '../given-database.js';
import type { ListeningClient } from './postgres-announcements.js';

type ClientClass = new (options: unknown) => ListeningClient;

/** Makes clients that connect as those of a pool of pg do, and are none of the pool's; null: it is no such pool. */
export function clientsLike(given: GivenDatabase): (() => ListeningClient) | null {
  if (!isPgPool(given)) return null;
  // As the pool itself makes them.
  const Client: unknown = Reflect.get(given, 'Client');
  return isClientClass(Client) ? () => new Client(Reflect.get(given, 'options')) : null;
}

const isClientClass = (value: unknown): value is ClientClass => typeof value === 'function';
