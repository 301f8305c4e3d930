import type { AuditReport, GuardReport, HandlerReport } from '../auth/audit/handler-report.js';
import type { AuditOfContext } from '../auth/audit/route-audit.js';
import type { Wanted } from '../auth/access/requirement.js';
import { formatDuration } from '../config/duration.js';
import { ROUTE_AUDIT } from '../tokens.js';
import { createApplication, everywhere, ofSessionModule } from './application.js';
import type { ApplicationOptions } from './command-options.js';
import { table } from './table.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';

/** Prints who may call which handler of an application. Fails if one is unguarded. */
export async function printRoutes(options: ApplicationOptions, terminal: Terminal): Promise<ExitCode> {
  const context = await createApplication(options, true, terminal);
  const audit = ofSessionModule(options.app, () => context.get<AuditOfContext>(ROUTE_AUDIT, everywhere));
  const report = audit(context, true);
  const unguarded = report.handlers.filter(({ access }) => access === 'unguarded').length;
  if (options.json === true) terminal.print(JSON.stringify({ ...report, unguarded }, null, 2));
  else for (const line of linesOf(report, unguarded)) terminal.print(line);
  if (report.unknownGuards > 0) terminal.complain(aboutUnknown(report.unknownGuards));
  return unguarded === 0 ? exitCodes.done : exitCodes.failed;
}

const head = ['ACCESS', 'CALLED BY', 'PATH', 'HANDLER', 'GUARDS', 'REQUIRES', 'CSRF', 'BY GET'];
const nothing = '-';

function linesOf({ handlers }: AuditReport, unguarded: number): string[] {
  const rows = handlers.map((report) => [
    report.access,
    report.method ?? report.kind,
    report.paths.join(' '),
    report.handler,
    listed(report.guards.map(guardText)),
    listed(requirementsOf(report)),
    report.csrf ?? nothing,
    listed(report.changesByGet),
  ]);
  const total = `${String(handlers.length)} handler${handlers.length === 1 ? '' : 's'}, ${String(unguarded)} unguarded.`;
  return [...(rows.length === 0 ? [] : [...table(head, rows), '']), total];
}

function guardText({ name, on, runs }: GuardReport): string {
  const where = [...(on === 'handler' ? [] : [on]), ...(runs ? [] : ['not run'])];
  return where.length === 0 ? name : `${name} (${where.join(', ')})`;
}

function requirementsOf({ roles, permissions, actions, fresh }: HandlerReport): string[] {
  const { within, factors, action } = fresh ?? {};
  const freshness = [
    ...(typeof within === 'number' ? [`within ${formatDuration(within)}`] : []),
    ...(factors === undefined ? [] : [`factors ${typeof factors === 'object' ? factors.join('+') : String(factors)}`]),
    ...(typeof action === 'string' ? [`action ${action}`] : []),
  ];
  return [
    ...roles.map((wanted) => `role ${inWords(wanted)}`),
    ...permissions.map((wanted) => `permission ${inWords(wanted)}`),
    ...actions.map(({ action, resource }) => `can ${action} ${resource}`),
    ...(fresh === null ? [] : [['fresh', ...freshness].join(' ')]),
  ];
}

function inWords({ names, mode }: Wanted): string {
  return names.join(mode === 'any' ? '|' : '+');
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? nothing : items.join(', ');
}

function aboutUnknown(count: number): string {
  const which = count === 1 ? 'An APP_GUARD is' : `${String(count)} providers of APP_GUARD are`;
  return (
    `${which} made by a factory, which is not called here, and counts as no guard. With useClass or useExisting, ` +
    'this command knows it.'
  );
}
