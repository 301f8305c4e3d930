import { type Command, Option } from 'commander';
import type { ExitCode, Terminal } from '../terminal.js';
import { adopt, type AdoptOptions } from './adopt.js';
import { foreignColumns, foreignFormats, pairs } from './arguments.js';

/** Gives the command `adopt` its options. */
export function addAdopt(
  command: Command,
  common: readonly Option[],
  terminal: Terminal,
  ended: (code: ExitCode) => void,
): void {
  command
    .description('create accounts from the users of another application, or report what it would do')
    .option('--from <url>', 'the database of the users, which is only read; with a password, give it as ADOPT_FROM')
    .addOption(
      new Option('--format <format>', 'the framework of its tables').choices(foreignFormats).makeOptionMandatory(),
    )
    .option('--to <url>', "the database of the application's accounts; with a password, give it as ADOPT_TO")
    .option('--dry-run', 'only report what would be adopted')
    .option(
      '--update',
      'update accounts of users that have changed since they were adopted, and have not logged in here',
    )
    .option('--confirmed', 'treat every address as confirmed')
    .option('--new-ids', 'give accounts new ids instead of those of the users')
    .option('--table <table>', 'the table of users; default: that of the framework')
    .option(
      '--column <what=name>',
      `a column with another name than the default; repeatable: ${foreignColumns.join(', ')}`,
      pairs,
      {},
    )
    .option('--flag-role <column=role>', 'a boolean column, and the role that true becomes; repeatable', pairs, {})
    .option('--source <name>', 'distinguishes these users from those of another database with the same name')
    .option('--accounts-table <table>', 'default: accounts')
    .option('--credentials-table <table>', 'default: credentials')
    .option('--batch <users>', 'how many users to adopt in one transaction; default: 500');
  for (const option of common) command.addOption(option);
  command.action(async (options: AdoptOptions) => {
    ended(await adopt(options, terminal));
  });
}
