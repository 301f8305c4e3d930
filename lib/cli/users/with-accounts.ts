import type { AccountsCommand } from '../../accounts/command-access.js';
import { ACCOUNTS_COMMAND } from '../../tokens.js';
import { createApplication, everywhere, ofAccountsModule } from '../application.js';
import type { ApplicationOptions } from '../command-options.js';
import { printable } from '../table.js';
import { exitCodes, type ExitCode, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { lineIn, type Input } from './secret-line.js';

/** Where a command prints, and where it reads passwords from. */
export interface Place {
  readonly terminal: Terminal;
  readonly input: Input;
}

/** Runs `work` with the accounts of an application. Mails that it causes are sent before this resolves. */
export async function withAccounts(
  options: ApplicationOptions,
  terminal: Terminal,
  work: (accounts: AccountsCommand) => Promise<ExitCode>,
): Promise<ExitCode> {
  const context = await createApplication(options, false, terminal);
  try {
    const accounts = ofAccountsModule(options.app, () => context.get<AccountsCommand>(ACCOUNTS_COMMAND, everywhere));
    if (accounts.isReachable) return await work(accounts);
    terminal.complain("Accounts in memory are in the application's process, where this command cannot reach them.");
    return exitCodes.unusable;
  } finally {
    await context.close();
  }
}

/** Runs `work` with the id of an account that a person names. Fails if there is none. */
export async function withAccount(
  identity: string,
  options: ApplicationOptions,
  terminal: Terminal,
  work: (id: string, accounts: AccountsCommand) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withAccounts(options, terminal, async (accounts) => {
    const id = await accounts.find(identity);
    if (id !== null) return work(id, accounts);
    terminal.complain(`There is no account ${printable(identity)}.`);
    return exitCodes.failed;
  });
}

/** A new password, which no argument may hold: other users of the machine see those. @throws UsageError if there is none */
export async function newPassword({ terminal, input }: Place): Promise<string> {
  const ask = async (question: string): Promise<string> => {
    terminal.progress(`${question}: `);
    const line = await lineIn(input);
    terminal.progress(null);
    return line;
  };
  const password = await ask('New password');
  if (input.isTTY === true && (await ask('The same again')) !== password) {
    throw new UsageError('The two passwords differ. Nothing was changed.');
  }
  return password;
}
