import { join } from 'node:path';

export const project = join(import.meta.dirname, '../..');
export const library = join(project, 'lib');
