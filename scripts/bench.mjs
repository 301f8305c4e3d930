/**
 * `npm run bench`: installs and builds what is missing, servers of the system's packages among it, then runs the benchmark.
 * Its options: `test/benchmark/run.mjs`.
 */
import { buildLibrary } from './build.mjs';
import { install } from './install.mjs';
import { installSystemPackages } from './system-packages.mjs';

await install();
await buildLibrary();
await installSystemPackages(['Redis server', 'PostgreSQL', 'MariaDB', 'memcached']);
await import('../test/benchmark/run.mjs');
