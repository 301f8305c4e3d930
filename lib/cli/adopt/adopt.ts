import type { AdoptionOptions, AdoptionSecrets, ForeignColumns, ForeignFormat } from '../../accounts/index.js';
import { importPeer } from '../../stores/import-peer.js';
import { addEnvironment, applicationSettings } from '../application-settings.js';
import type { CommandOptions } from '../command-options.js';
import { exitCodes, type ExitCode, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { foreignColumns } from './arguments.js';
import { AdoptionProgressLine } from './progress-line.js';
import { reportLines } from './report-lines.js';

export interface AdoptOptions extends Omit<CommandOptions, 'app'> {
  readonly from?: string;
  readonly format: ForeignFormat;
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly update?: boolean;
  readonly confirmed?: boolean;
  readonly newIds?: boolean;
  readonly table?: string;
  readonly column: Readonly<Record<string, string>>;
  readonly flagRole: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly accountsTable?: string;
  readonly credentialsTable?: string;
  readonly batch?: string;
}

/**
 * Makes accounts of the users of another application, and prints what came of it. Fails if some were not adopted.
 *
 * @throws SessionError, or UsageError
 */
export async function adopt(options: AdoptOptions, terminal: Terminal): Promise<ExitCode> {
  await addEnvironment(options.envFile, terminal);
  const { environment } = terminal;
  const isDryRun = options.dryRun === true;
  const from = place(options.from, 'from', 'ADOPT_FROM', terminal);
  if (from === null) throw new UsageError('Say where the users are: give --from, or set ADOPT_FROM.');
  const to = place(options.to, 'to', 'ADOPT_TO', terminal);
  if (to === null && !isDryRun) {
    throw new UsageError('Say where the accounts go: give --to or set ADOPT_TO, or --dry-run.');
  }
  const secretKey = isDryRun ? null : (await applicationSettings(undefined, terminal)).secretKey;
  await importPeer('@nestjs/common', 'This command', () => import('@nestjs/common'));
  const { adoptAccounts } = await import('../../accounts/index.js');
  const progress = new AdoptionProgressLine(terminal, isDryRun);
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  for (const signal of interrupting) process.once(signal, interrupt);
  try {
    const report = await adoptAccounts({
      ...{ from, to, secretKey, format: options.format, dryRun: isDryRun },
      tables: {
        ...(options.accountsTable !== undefined && { accounts: options.accountsTable }),
        ...(options.credentialsTable !== undefined && { credentials: options.credentialsTable }),
      },
      update: options.update === true,
      confirmed: options.confirmed === true,
      newIds: options.newIds === true,
      table: options.table ?? null,
      columns: columnsIn(options.column),
      flagRoles: options.flagRole,
      secrets: secretsIn(environment),
      ...(options.source !== undefined && { source: options.source }),
      ...(options.batch !== undefined && { batch: Number(options.batch) }),
      signal: stop.signal,
      onProgress: (now) => {
        progress.show(now);
      },
    } satisfies AdoptionOptions);
    terminal.progress(null);
    if (options.json === true) terminal.print(JSON.stringify(report));
    else for (const line of reportLines(report)) terminal.print(line);
    const isWhole = !report.isInterrupted && Object.keys(report.refused).length === 0;
    return isWhole ? exitCodes.done : exitCodes.failed;
  } finally {
    for (const signal of interrupting) process.removeListener(signal, interrupt);
  }
}

const interrupting = ['SIGINT', 'SIGTERM'] as const;

/** A database, from an argument or from the environment. */
function place(argument: string | undefined, option: string, key: string, terminal: Terminal): string | null {
  if (argument === undefined) return terminal.environment[key] ?? null;
  if (URL.canParse(argument) && new URL(argument).password !== '') {
    terminal.complain(
      `The URL of --${option} has a password, which other users of this machine may see. Set ${key} instead, or put it into a file for --env-file.`,
    );
  }
  return argument;
}

/** @throws UsageError for what no column can hold */
function columnsIn(given: Readonly<Record<string, string>>): ForeignColumns {
  const known: ReadonlySet<string> = new Set(foreignColumns);
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown === undefined) return given;
  throw new UsageError(`--column ${unknown} is not known; there are ${foreignColumns.join(', ')}.`);
}

/** What the other application encrypts with, as its settings have it. @throws UsageError */
function secretsIn(environment: NodeJS.ProcessEnv): AdoptionSecrets {
  const { BETTER_AUTH_SECRET: current, BETTER_AUTH_SECRETS: numbered } = environment;
  // `2:secret,1:former secret`
  const betterAuth = [...(numbered?.split(',') ?? []).map((one) => one.trim().replace(/^\d+:/, '')), current ?? ''];
  const { SECURITY_TOTP_SECRETS: totp, SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS: codes } = environment;
  return {
    betterAuth: betterAuth.filter((secret) => secret !== ''),
    ...(totp !== undefined && { totpSecrets: tagged(totp) }),
    ...(codes !== undefined && { recoveryCodeKeys: codes.split(/[\s,]+/).filter((key) => key !== '') }),
  };
}

/** Secrets by their tags: JSON, or `tag: secret` in lines, as passlib takes them. @throws UsageError */
function tagged(text: string): Readonly<Record<string, string>> {
  const secrets = text.trim().startsWith('{') ? parsed(text) : lines(text);
  if (secrets !== null && Object.keys(secrets).length > 0) return secrets;
  throw new UsageError('SECURITY_TOTP_SECRETS must be JSON such as {"1": "…"}, or lines of tag: secret.');
}

function parsed(text: string): Readonly<Record<string, string>> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const entries = Object.entries(value);
    return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
      ? Object.fromEntries(entries)
      : null;
  } catch {
    return null;
  }
}

function lines(text: string): Readonly<Record<string, string>> {
  const entries = text.split('\n').flatMap((line) => {
    const [, tag, secret] = /^\s*([\w.-]+)\s*:\s*(.+?)\s*$/.exec(line) ?? [];
    return tag === undefined || secret === undefined ? [] : [[tag, secret] as const];
  });
  return Object.fromEntries(entries);
}
