import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = join(import.meta.dirname, '../../node_modules/@nestjs/core/package.json');
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };

/** Tests run on Nest 12, or on Nest 11 with `TEST_NEST=11`. */
export const isNest12 = !version.startsWith('11.');
