import { Logger, type INestApplication } from '@nestjs/common';
import { createApplication } from './application.js';
import { listen } from './listen.js';

/** Starts the shop, and says where it is open. `null` if it can have no port. */
export async function openShop(): Promise<INestApplication | null> {
  const app = await createApplication();
  const address = await listen(app);
  if (address === null) {
    await app.close();
    return null;
  }
  // Passkeys are bound to a name.
  new Logger('Shop').log(`Small Hours is open: ${address.replace('127.0.0.1', 'localhost')}`);
  return app;
}
