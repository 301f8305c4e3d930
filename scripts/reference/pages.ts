import { errorsPage } from './errors.js';
import { eventsPage } from './events.js';
import { flaskSecurityPage, flaskSecurityPagePath } from './flask-security.js';
import { flaskSecurityTestsPage, flaskSecurityTestsPagePath } from './flask-security-tests/page.js';
import { metricsPage } from './metrics.js';
import { accountsOptionsPage, optionsPage } from './options.js';
import { standardsPage } from './standards-page.js';

/** Every generated page: its path in the project, and the function that makes its text. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  'docs/reference/options.md': optionsPage,
  'docs/reference/accounts-options.md': accountsOptionsPage,
  'docs/reference/events.md': eventsPage,
  'docs/reference/metrics.md': metricsPage,
  'docs/reference/errors.md': errorsPage,
  'docs/reference/standards.md': standardsPage,
  [flaskSecurityPagePath]: flaskSecurityPage,
  [flaskSecurityTestsPagePath]: flaskSecurityTestsPage,
};
