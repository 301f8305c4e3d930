/** `npm start`: installs what is missing, builds what changed and runs the sample in this very process. */
import { pathToFileURL } from 'node:url';
import { buildLibrary, buildSample, sampleEntry } from './build.mjs';
import { endWithNpm } from './end-with-npm.mjs';
import { install } from './install.mjs';

endWithNpm();
try {
  await install();
  await buildLibrary();
  await buildSample();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import(pathToFileURL(sampleEntry).href);
