import { type Command, InvalidArgumentError, type Option } from 'commander';
import type { AccountsCommand } from '../../accounts/command-access.js';
import type { ApplicationOptions } from '../command-options.js';
import type { ExitCode } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import {
  change,
  create,
  invite,
  list,
  show,
  type CreateOptions,
  type InviteOptions,
  type ListOptions,
} from './users.js';
import { newPassword, type Place } from './with-accounts.js';

const account = 'its id, address or username';

/** Adds the commands that look after accounts. @param common the options of all of them */
export function addUsers(
  users: Command,
  common: () => readonly Option[],
  place: Place,
  ended: (code: ExitCode) => void,
): void {
  const { terminal } = place;
  const command = (name: string, description: string): Command => {
    const made = users.command(name).description(description);
    for (const option of common()) made.addOption(option);
    return made;
  };

  command('create', 'create an account; prompts for its password, or reads it from standard input')
    .argument('<address>', 'the email address')
    .option('--username <name>', 'its username')
    .option('--role <name>', 'a role; may be repeated', added, [])
    .option('--locale <language>', 'the language of its emails and pages')
    .option('--no-password', 'without a password: its owner sets one by recovery')
    .option('--inactive', 'disabled; default: active')
    .option('--unconfirmed', 'its address is not confirmed; default: it is')
    .action(async (address: string, options: CreateOptions) => {
      ended(await create(address, options, place));
    });

  command('list', 'list accounts')
    .option('--search <text>', 'a part of the address or username')
    .option('--role <name>', 'only accounts with this role')
    .option('--active', 'only accounts that are not disabled')
    .option('--disabled', 'only disabled accounts')
    .option('--limit <number>', 'how many, 1 to 1000', limit, 100)
    .option('--after <id>', 'continue after this one')
    .action(async (options: ListOptions) => {
      ended(await list(options, terminal));
    });

  command('show', 'show an account, without secrets')
    .argument('<account>', account)
    .action(async (identity: string, options: ApplicationOptions) => {
      ended(await show(identity, options, terminal));
    });

  command('disable', 'disable an account: end its sessions, and reject all logins')
    .alias('deactivate')
    .argument('<account>', account)
    .action(async (identity: string, options: ApplicationOptions) => {
      ended(await change(identity, options, terminal, (id, accounts) => accounts.disable(id)));
    });

  command('enable', 'enable a disabled account')
    .alias('activate')
    .argument('<account>', account)
    .action(async (identity: string, options: ApplicationOptions) => {
      ended(await change(identity, options, terminal, (id, accounts) => accounts.enable(id)));
    });

  command('end-sessions', 'end the sessions, remembered logins and trusted devices of an account')
    .argument('<account>', account)
    .action(async (identity: string, options: ApplicationOptions) => {
      ended(await change(identity, options, terminal, (id, accounts) => accounts.endSessions(id)));
    });

  command('force-reset', 'require a new password, which the owner sets by recovery, and end all sessions')
    .argument('<account>', account)
    .action(async (identity: string, options: ApplicationOptions) => {
      ended(await change(identity, options, terminal, (id, accounts) => accounts.forceReset(id)));
    });

  command('reset-access', 'give an account back to its owner: without second factors, with a new password by recovery')
    .argument('<account>', account)
    .option('--password', 'prompt for a new password, or read it from standard input')
    .option('--keep-factors', 'keep its second factors')
    .action(async (identity: string, options: ResetOptions) => {
      const factors = options.keepFactors === true ? 'keep' : 'remove';
      const work = async (id: string, accounts: Administration): Promise<unknown> =>
        accounts.resetAccess(
          id,
          options.password === true ? { factors, password: await newPassword(place) } : { factors },
        );
      ended(await change(identity, options, terminal, work));
    });

  command('set-roles', 'replace the roles of an account')
    .argument('<account>', account)
    .option('--role <name>', 'a role; may be repeated', added, [])
    .option('--none', 'no role')
    .action(async (identity: string, options: RolesOptions) => {
      if (options.role.length > 0 === (options.none === true)) {
        throw new UsageError('Name the roles of the account: --role, once for each, or --none.');
      }
      ended(await change(identity, options, terminal, (id, accounts) => accounts.setRoles(id, options.role)));
    });

  command('invite', 'send an invitation, whose link creates an account')
    .argument('<address>', 'whom to invite')
    .requiredOption('--by <account>', 'the administrator who sends it: an id, address or username')
    .option('--role <name>', 'a role of the account; may be repeated', added, [])
    .option('--locale <language>', 'the language of the email and of the account')
    .action(async (address: string, options: InviteOptions) => {
      ended(await invite(address, options, terminal));
    });

  command('change-password', 'set the password of an account; prompts for it, or reads it from standard input')
    .argument('<account>', account)
    .action(async (identity: string, options: ApplicationOptions) => {
      const work = async (id: string, accounts: Administration): Promise<unknown> =>
        accounts.changePassword(id, await newPassword(place));
      ended(await change(identity, options, terminal, work));
    });
}

type Administration = AccountsCommand['administration'];
type ResetOptions = ApplicationOptions & { readonly password?: boolean; readonly keepFactors?: boolean };
type RolesOptions = ApplicationOptions & { readonly role: readonly string[]; readonly none?: boolean };

function added(value: string, former: readonly string[]): readonly string[] {
  return [...former, value];
}

function limit(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 1_000) return number;
  throw new InvalidArgumentError('Expected a number from 1 to 1000.');
}
