import { type Command, InvalidArgumentError, type Option } from 'commander';
import type { ApplicationOptions } from '../command-options.js';
import type { ExitCode, Terminal } from '../terminal.js';
import { head, list, prune, verify, type AuditListOptions } from './audit.js';

/** Adds the commands that read and verify the audit log of accounts. @param common the options of all of them */
export function addAudit(
  audit: Command,
  common: () => readonly Option[],
  terminal: Terminal,
  ended: (code: ExitCode) => void,
): void {
  const command = (name: string, description: string): Command => {
    const made = audit.command(name).description(description);
    for (const option of common()) made.addOption(option);
    return made;
  };

  command('verify', 'find the first row that is not as it was written; exit with 1 if there is one')
    .option('--head <head>', 'a former output of audit head, to also detect rows that were removed from the end')
    .action(async (options: ApplicationOptions & { readonly head?: string }) => {
      ended(await verify(options, terminal));
    });

  command('head', 'print the head of the log, to be kept elsewhere').action(async (options: ApplicationOptions) => {
    ended(await head(options, terminal));
  });

  command('list', 'list rows')
    .option('--account <account>', 'only rows about an account, or that it caused: its id, address or username')
    .option('--since <time>', 'only rows from this time on, such as 2026-11-30 or 2026-11-30T08:00:00Z', time)
    .option('--limit <number>', 'how many, 1 to 1000', whole(1, 1_000), 100)
    .option('--after <sequence>', 'continue after this one', whole(0, Number.MAX_SAFE_INTEGER))
    .action(async (options: AuditListOptions) => {
      ended(await list(options, terminal));
    });

  command('prune', 'remove old rows, so that the others can still be verified')
    .requiredOption('--before <time>', 'only rows older than this, such as 2025-11-30', time)
    .action(async (options: ApplicationOptions & { readonly before: Date }) => {
      ended(await prune(options, terminal));
    });
}

/** A date, which begins at midnight UTC, or a time with its zone. */
function time(value: string): Date {
  const isTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(value);
  const date = new Date(value);
  if (isTime && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('Expected a date such as 2026-11-30, or a time such as 2026-11-30T08:00:00Z.');
}

function whole(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a number from ${String(least)} to ${String(most)}.`);
  };
}
