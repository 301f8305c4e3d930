import { randomBytes } from 'node:crypto';
import { Command, CommanderError, Option } from 'commander';
import { addAdopt } from './adopt/add-adopt.js';
import { addAudit } from './audit/program.js';
import { cleanup } from './cleanup.js';
import type { ApplicationOptions, CommandOptions } from './command-options.js';
import { doctor, type DoctorOptions } from './doctor/doctor.js';
import { list } from './list.js';
import { isPublicId, revoke, type Revoked } from './revoke.js';
import { printRoutes } from './routes.js';
import { show } from './show.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';
import type { GivenUser, IdType } from './user.js';
import { isAccountId } from './users/account-id.js';
import { addUsers } from './users/program.js';
import type { Input } from './users/secret-line.js';

const envFile = (): Option =>
  new Option('--env-file <path>', 'a file with settings, such as .env; the process environment takes precedence');
const app = (): Option =>
  new Option(
    '--app <module>',
    "the application's compiled module, such as dist/app.module.js or dist/app.module.js#ShopModule; its settings in code then count",
  );
const user = (): Option => new Option('--user <id>', 'the user whose session it is');
const idType = (): Option =>
  new Option(
    '--id-type <type>',
    'whether an id of a user that looks like a number is one; default: whichever has sessions',
  ).choices(['number', 'string']);
const json = (): Option => new Option('--json', 'print JSON');

/** Runs the command that the arguments name. @throws CommanderError if they are invalid, and for help and the version */
export async function runProgram(
  words: readonly string[],
  version: string,
  terminal: Terminal,
  input: Input,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const program = new Command('nestjs-session-auth')
    .description('Manages the sessions and accounts of an application that uses nestjs-session-auth.')
    .version(version, '-v, --version', 'print the version of the package')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('Run nestjs-session-auth --help for usage.')
    .addHelpText('after', '\nExit codes: 0 success, 1 the store or a check failed, 2 invalid arguments or settings.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.print(text.trimEnd());
      },
      writeErr: (text) => {
        terminal.complain(text.trimEnd());
      },
      getOutHelpWidth: () => 120,
      getErrHelpWidth: () => 120,
    });

  program
    .command('secret')
    .description('print a new secret for SECRET_KEY')
    .addOption(json())
    .action(({ json: isJson = false }: CommandOptions) => {
      const secret = newSecret();
      terminal.print(isJson ? JSON.stringify({ secret }) : secret);
    });

  program
    .command('cleanup')
    .description('remove expired sessions from the store')
    .addOption(envFile())
    .addOption(app())
    .addOption(json())
    .action(async (options: CommandOptions) => {
      code = await cleanup(options, terminal);
    });

  program
    .command('routes')
    .description('list who may call which handler; exit with 1 if one is unguarded')
    .addOption(envFile())
    .addOption(app().makeOptionMandatory())
    .addOption(json())
    .action(async (options: ApplicationOptions) => {
      code = await printRoutes(options, terminal);
    });

  program
    .command('doctor')
    .description('check the settings, the store and its server, and the cookies')
    .option(
      '--url <url>',
      'where browsers reach the application, to check the cookies there; default: SESSION_PUBLIC_URL',
    )
    .addOption(envFile())
    .addOption(app())
    .addOption(json())
    .action(async (options: DoctorOptions) => {
      code = await doctor(options, terminal);
    });

  program
    .command('list')
    .description('list the sessions of a user')
    .argument('<user>', 'the id of the user')
    .addOption(idType())
    .addOption(envFile())
    .addOption(app())
    .addOption(json())
    .action(async (id: string, options: UserOptions) => {
      code = await list({ text: id, idType: options.idType ?? null }, options, terminal);
    });

  program
    .command('show')
    .description('show a session, without the values of its data')
    .argument('<public-id>', 'its public id')
    .addOption(user())
    .addOption(idType())
    .addOption(envFile())
    .addOption(app())
    .addOption(json())
    .action(async (publicId: string, options: UserOptions) => {
      code = await show(publicId, givenUser(options), options, terminal);
    });

  program
    .command('revoke')
    .description('end a session, all sessions of a user, or those of everybody')
    .argument(
      '[public-id or user]',
      'a public id, or the id of a user; what has the form of a public id is taken as one',
    )
    .addOption(user())
    .addOption(idType())
    .option('--everybody', 'log everybody out')
    .addOption(envFile())
    .addOption(app())
    .addOption(json())
    .action(async (id: string | undefined, options: UserOptions & { readonly everybody?: boolean }) => {
      code = await revoke(revokedBy(id, options), options, terminal);
    });

  addUsers(
    program.command('users').description('manage accounts'),
    () => [envFile(), app().makeOptionMandatory(), json()],
    { terminal, input },
    (ended) => {
      code = ended;
    },
  );
  addAudit(
    program.command('audit').description('read and verify the audit log of accounts'),
    () => [envFile(), app().makeOptionMandatory(), json()],
    terminal,
    (ended) => {
      code = ended;
    },
  );
  addAdopt(program.command('adopt'), [envFile(), json()], terminal, (ended) => {
    code = ended;
  });

  await program.parseAsync(withIdsLast(words), { from: 'user' });
  return code;
}

interface UserOptions extends CommandOptions {
  readonly user?: string;
  readonly idType?: IdType;
}

function givenUser({ user: text, idType: type }: UserOptions): GivenUser | null {
  return text === undefined ? null : { text, idType: type ?? null };
}

/** @throws UsageError */
function revokedBy(id: string | undefined, options: UserOptions & { readonly everybody?: boolean }): Revoked {
  const given = givenUser(options);
  if (options.everybody === true) {
    if (id === undefined && given === null) return 'everybody';
    throw new UsageError('--everybody ends all sessions: give no public id and no user with it.');
  }
  if (id === undefined) {
    if (given !== null) return { publicId: null, user: given };
    throw new UsageError('Say whose sessions to end: give a public id, a user, or --everybody.');
  }
  if (given !== null || isPublicId(id)) return { publicId: id, user: given };
  return { publicId: null, user: { text: id, idType: options.idType ?? null } };
}

/** A public id, or the id of an account, may begin with a hyphen, and would be taken as an option unless it comes after `--`. */
function withIdsLast(words: readonly string[]): string[] {
  if (words.includes('--')) return [...words];
  const isId = (word: string, at: number): boolean =>
    word.startsWith('-') &&
    (isPublicId(word) || (words[0] === 'users' && isAccountId(word))) &&
    !['--user', '--by'].includes(words[at - 1] ?? '');
  const ids = words.filter(isId);
  return ids.length === 0 ? [...words] : [...words.filter((word, at) => !isId(word, at)), '--', ...ids];
}

/** Whether the arguments asked for help or the version, which is no mistake. */
export function isAskedFor(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

/** Whether the arguments are invalid. The error has been printed. */
export function isMisused(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode !== 0;
}

/** A secret for SECRET_KEY, as suggested by the messages about a missing one. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
