import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Redis } from 'ioredis';
import type { SessionSource } from 'nestjs-session-auth/migration';
import { expressRedisRecords, fromExpress } from 'nestjs-session-auth/express';
import { fromFlask } from 'nestjs-session-auth/flask';
import { findProduct } from '../shop/catalogue.js';

/**
 * The shop before it moved to Nest, in Flask or in Express. Its visitors keep their cart and login here. Each source is used
 * if its secret is in the environment.
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
    // If the old Redis is down, fail soon instead of making visitors wait.
    this.#redis = new Redis(this.config.get<string>('FORMER_EXPRESS_REDIS') ?? '', { maxRetriesPerRequest: 1 });
    return [fromExpress({ secretKey, records: expressRedisRecords(this.#redis), old: 'remove', convert: knownData })];
  }
}

/** The session data that this shop takes over. Both old shops had carts of the same form. */
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
