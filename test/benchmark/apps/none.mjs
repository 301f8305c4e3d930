/** No session at all: what Nest itself costs. */
import { untouched } from './nest.mjs';

export const application = () => ({ routes: { untouched } });
