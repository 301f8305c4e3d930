/** `npm run bench:graphql`: what an operation with parallel field resolvers costs the store: `test/benchmark/graphql/run.mjs`. */
import { buildLibrary } from './build.mjs';
import { install } from './install.mjs';
import { installSystemPackages } from './system-packages.mjs';

await install();
await buildLibrary();
await installSystemPackages(['Redis server']);
await import('../test/benchmark/graphql/run.mjs');
