import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Redis } from 'ioredis';
import type { SessionSource } from 'nestjs-session-auth';
import { expressRedisRecords, fromExpress } from 'nestjs-session-auth/express';
import { fromFlask } from 'nestjs-session-auth/flask';
import { findProduct } from '../shop/catalogue.js';

/**
 * The shop as it was before it came to Nest, in Flask or in Express: whoever is in it goes on here, with cart and login. Each is
 * looked for where the environment has its secret.
 */
@Injectable()
export class FormerShop implements OnApplicationShutdown {
  /** For the session module's `migrateFrom`. */
  readonly sources: readonly SessionSource[];
  #redis: Redis | null = null;

  constructor(private readonly config: ConfigService) {
    this.sources = [...this.#flask(), ...this.#express()];
  }

  onApplicationShutdown(): void {
    this.#redis?.disconnect();
  }

  #flask(): SessionSource[] {
    const secretKey = this.config.get<string>('FORMER_FLASK_SECRET_KEY');
    return secretKey ? [fromFlask({ secretKey, convert: knownData })] : [];
  }

  #express(): SessionSource[] {
    const secretKey = this.config.get<string>('FORMER_EXPRESS_SECRET');
    if (!secretKey) return [];
    // Nobody waits for a former shop for long: a request that does not get through fails.
    this.#redis = new Redis(this.config.get<string>('FORMER_EXPRESS_REDIS') ?? '', { maxRetriesPerRequest: 1 });
    return [fromExpress({ secretKey, records: expressRedisRecords(this.#redis), old: 'remove', convert: knownData })];
  }
}

/** What this shop knows of what the former ones kept: both had carts of the same form. */
function knownData({ cart, visits }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(isCart(cart) ? { cart } : {}),
    ...(typeof visits === 'number' ? { visits } : {}),
  };
}

function isCart(value: unknown): value is Record<string, number> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(([sku, quantity]) => findProduct(sku) && Number.isInteger(quantity));
}
