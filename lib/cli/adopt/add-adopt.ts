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
    .description('make accounts of the users of another application, or say what would come of that')
    .option('--from <url>', 'the database of the users, which is only read; with a password, give it as ADOPT_FROM')
    .addOption(
      new Option('--format <format>', 'the framework that made its tables')
        .choices(foreignFormats)
        .makeOptionMandatory(),
    )
    .option('--to <url>', "the database of the application's accounts; with a password, give it as ADOPT_TO")
    .option('--dry-run', 'look only, and say what would be adopted')
    .option('--update', 'bring users along that have changed since they were adopted, and have not logged in here')
    .option('--confirmed', 'count every address as confirmed')
    .option('--new-ids', 'give accounts ids of their own, instead of those of the users')
    .option('--table <table>', 'the table of users; default: that of the framework')
    .option(
      '--column <what=name>',
      `a column with another name than usual; repeatable: ${foreignColumns.join(', ')}`,
      pairs,
      {},
    )
    .option(
      '--flag-role <column=role>',
      'a column that says yes or no, and the role of those with a yes; repeatable',
      pairs,
      {},
    )
    .option('--source <name>', 'what tells these users apart from those of another database of the same name')
    .option('--accounts-table <table>', 'default: accounts')
    .option('--credentials-table <table>', 'default: credentials')
    .option('--batch <users>', 'how many users are adopted in one transaction; default: 500');
  for (const option of common) command.addOption(option);
  command.action(async (options: AdoptOptions) => {
    ended(await adopt(options, terminal));
  });
}
