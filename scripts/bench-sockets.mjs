/** `npm run bench:sockets`: what sockets with sessions cost. Its options: `test/benchmark/sockets/run.mjs`. */
import { buildLibrary } from './build.mjs';
import { install } from './install.mjs';
import { installSystemPackages } from './system-packages.mjs';

await install();
await buildLibrary();
await installSystemPackages(['Redis server', 'PostgreSQL']);
await import('../test/benchmark/sockets/run.mjs');
