import { Logger } from '@nestjs/common';
import { createApplication } from './application.js';
import { listen } from './listen.js';

const app = await createApplication();
const address = await listen(app);
if (address === null) {
  await app.close();
  process.exitCode = 1;
} else {
  // Passkeys are bound to a name.
  new Logger('Shop').log(`Small Hours is open: ${address.replace('127.0.0.1', 'localhost')}`);
}
