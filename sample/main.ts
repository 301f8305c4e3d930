import { Logger } from '@nestjs/common';
import { createApplication } from './application.js';
import { listen } from './listen.js';

const app = await createApplication();
const address = await listen(app);
if (address === null) {
  await app.close();
  process.exitCode = 1;
} else {
  new Logger('Shop').log(`Small Hours is open: ${address}`);
}
