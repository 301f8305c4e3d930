import { Logger, type INestApplication } from '@nestjs/common';
import { createServer } from 'node:net';

const defaultPort = 3000;

/** How many ports above the default are tried when it is taken. */
const furtherPorts = 10;

/**
 * Begins to listen, and says where. `PORT` is taken at its word: if it is not free, that is said, and the result is
 * `null`. Without it, the first free port from 3000 on. `HOST` is this machine alone unless it is set, since the passwords
 * of the shop are on display.
 */
export async function listen(
  app: INestApplication,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | null> {
  const logger = new Logger('Shop');
  const host = environment['HOST'] || '127.0.0.1';
  const given = environment['PORT'] || null;
  const first = given === null ? defaultPort : Number(given);
  if (!Number.isInteger(first) || first < 0 || first > 65_535) {
    logger.error('PORT must be a number from 0 to 65535.');
    return null;
  }
  const last = given === null ? first + furtherPorts : first;
  for (let port = first; port <= last; port += 1) {
    if (await isFree(port, host)) {
      await app.listen(port, host);
      return app.getUrl();
    }
    logger.warn(`Port ${String(port)} is taken.`);
  }
  logger.error('No free port. Set PORT to one, or to 0 for any.');
  return null;
}

/** Asks beforehand: Nest would write an error with a stack to the log for each port that is taken. */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((answer, fail) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') answer(false);
      else fail(error);
    });
    probe.listen(port, host, () => probe.close(() => answer(true)));
  });
}
