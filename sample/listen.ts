import { Logger, type INestApplication } from '@nestjs/common';
import { createServer } from 'node:net';

const defaultPort = 3000;

/** How many further ports to try if the default one is in use. */
const furtherPorts = 10;

/**
 * Starts to listen, and returns the URL. With `PORT`, it uses that port or returns `null` if it is in use. Without it, it
 * uses the first free port from 3000 on. `HOST` defaults to this machine only, since the shop shows its passwords.
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
    logger.warn(`Port ${String(port)} is in use.`);
  }
  logger.error('No free port. Set PORT to a free one, or to 0 for any.');
  return null;
}

/** Checks first, because Nest logs an error with a stack trace for each port that is in use. */
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
