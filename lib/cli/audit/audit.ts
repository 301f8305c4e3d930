import type { AccountsCommand, AuditCommand } from '../../accounts/command-access.js';
import { ACCOUNTS_COMMAND } from '../../tokens.js';
import { createApplication, everywhere, ofAccountsModule } from '../application.js';
import type { ApplicationOptions } from '../command-options.js';
import { timeOf } from '../list.js';
import { printable, table } from '../table.js';
import { exitCodes, type ExitCode, type Terminal } from '../terminal.js';

/** Which rows are listed. */
export interface AuditListOptions extends ApplicationOptions {
  readonly account?: string;
  readonly since?: Date;
  readonly limit: number;
  readonly after?: number;
}

/** Verifies the log, and prints what is wrong with it. */
export function verify(
  options: ApplicationOptions & { readonly head?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  return withAudit(options, terminal, async (audit) => {
    const result = await audit.verify({ head: options.head });
    const { broken, rows, first } = result;
    if (options.json === true) terminal.print(JSON.stringify(result, null, 2));
    else if (broken !== null) terminal.print(`Row ${String(broken.sequence)} is broken: ${broken.problem}.`);
    else {
      const from = first === null || first === 1 ? '' : ` from ${String(first)} on, since older ones were pruned`;
      terminal.print(`${rowsOf(rows)}, as they were written${from}.`);
    }
    return broken === null ? exitCodes.done : exitCodes.failed;
  });
}

/** Prints where the log ends. */
export function head(options: ApplicationOptions, terminal: Terminal): Promise<ExitCode> {
  return withAudit(options, terminal, async (audit) => {
    const end = await audit.head();
    if (options.json === true) terminal.print(JSON.stringify({ head: end }));
    else if (end !== null) terminal.print(end);
    else terminal.complain('The audit log has no row yet.');
    return end === null ? exitCodes.failed : exitCodes.done;
  });
}

/** Prints a page of rows. */
export function list(options: AuditListOptions, terminal: Terminal): Promise<ExitCode> {
  return withAudit(options, terminal, async (audit, accounts) => {
    const { account: named, since, limit, after } = options;
    // A deleted account has no name any more, but its rows have its id.
    const account = named === undefined ? undefined : ((await accounts.find(named)) ?? named);
    const rows = await audit.list({ account, since, limit, after });
    if (options.json === true) {
      terminal.print(JSON.stringify({ rows }, null, 2));
      return exitCodes.done;
    }
    const columns = ['ROW', 'TIME', 'EVENT', 'ACCOUNT', 'BY', 'ADDRESS', 'DATA'];
    const cells = rows.map(({ sequence, at, event, accountId, actor, actorId, address, data }) => [
      ...[String(sequence), timeOf(at), event, accountId ?? '-'],
      ...[actorId === null ? actor : `${actor} ${actorId}`, address ?? '-', data === null ? '?' : JSON.stringify(data)],
    ]);
    if (cells.length > 0) for (const line of [...table(columns, cells), '']) terminal.print(line);
    terminal.print(`${rowsOf(rows.length)}.`);
    const last = rows.at(-1);
    if (last !== undefined && rows.length === limit) {
      terminal.print(`There may be more: --after ${String(last.sequence)}`);
    }
    return exitCodes.done;
  });
}

/** Removes old rows, and prints how many. */
export function prune(options: ApplicationOptions & { readonly before: Date }, terminal: Terminal): Promise<ExitCode> {
  return withAudit(options, terminal, async (audit) => {
    const removed = await audit.prune(options.before);
    terminal.print(options.json === true ? JSON.stringify({ removed }) : `Removed ${rowsOf(removed)}.`);
    return exitCodes.done;
  });
}

/** Runs `work` with the audit log of an application. */
async function withAudit(
  options: ApplicationOptions,
  terminal: Terminal,
  work: (audit: AuditCommand, accounts: AccountsCommand) => Promise<ExitCode>,
): Promise<ExitCode> {
  const context = await createApplication(options, false, terminal);
  try {
    const accounts = ofAccountsModule(options.app, () => context.get<AccountsCommand>(ACCOUNTS_COMMAND, everywhere));
    if (accounts.audit !== null) return await work(accounts.audit, accounts);
    terminal.complain(
      `The application given with --app has no audit log, or has it in its own memory: ${printable(options.app)}. Set audit: { log } of AccountsModule.`,
    );
    return exitCodes.unusable;
  } finally {
    await context.close();
  }
}

function rowsOf(count: number): string {
  return `${String(count)} row${count === 1 ? '' : 's'}`;
}
