import type { AccountDetails, AccountSummary } from '../../accounts/admin/administered-account.js';
import type { AccountsCommand } from '../../accounts/command-access.js';
import type { ApplicationOptions } from '../command-options.js';
import { timeOf } from '../list.js';
import { printable, table } from '../table.js';
import { exitCodes, type ExitCode, type Terminal } from '../terminal.js';
import { newPassword, withAccount, withAccounts, type Place } from './with-accounts.js';

/** What an account is created with. */
export interface CreateOptions extends ApplicationOptions {
  readonly username?: string;
  readonly role: readonly string[];
  readonly locale?: string;
  /** False: it gets none. */
  readonly password: boolean;
  readonly inactive?: boolean;
  readonly unconfirmed?: boolean;
}

/** Who is invited to what, by whom. */
export interface InviteOptions extends ApplicationOptions {
  readonly by: string;
  readonly role: readonly string[];
  readonly locale?: string;
}

/** Which accounts are listed. */
export interface ListOptions extends ApplicationOptions {
  readonly search?: string;
  readonly role?: string;
  readonly active?: boolean;
  readonly disabled?: boolean;
  readonly limit: number;
  readonly after?: string;
}

/** Creates an account, and prints it. */
export function create(email: string, options: CreateOptions, place: Place): Promise<ExitCode> {
  const { terminal } = place;
  return withAccounts(options, terminal, async (accounts) => {
    const { username, role, locale, inactive = false, unconfirmed = false } = options;
    const { id } = await accounts.administration.create({
      ...{ email, username, roles: role, locale },
      password: options.password ? await newPassword(place) : null,
      active: !inactive,
      emailConfirmed: !unconfirmed,
    });
    return print(id, accounts, options, terminal);
  });
}

/** Prints a page of the accounts that match. */
export function list(options: ListOptions, terminal: Terminal): Promise<ExitCode> {
  return withAccounts(options, terminal, async ({ administration }) => {
    const { search, role, limit, after, active = false, disabled = false } = options;
    const wanted = active === disabled ? {} : { active };
    const { accounts, next } = await administration.list({ search, role, limit, after, ...wanted });
    if (options.json === true) {
      terminal.print(JSON.stringify({ accounts, next }, null, 2));
      return exitCodes.done;
    }
    const head = ['ID', 'ADDRESS', 'USERNAME', 'STATUS', 'ROLES', 'LAST LOGIN'];
    const rows = accounts.map((account) => [
      ...[account.id, account.email, account.username ?? '-', account.status, account.roles.join(', ') || '-'],
      lastLoginOf(account),
    ]);
    if (rows.length > 0) for (const line of [...table(head, rows), '']) terminal.print(line);
    terminal.print(`${String(rows.length)} account${rows.length === 1 ? '' : 's'}.`);
    if (next !== null) terminal.print(`There are more: --after ${next}`);
    return exitCodes.done;
  });
}

/** Prints an account, without anything that proves who somebody is. */
export function show(identity: string, options: ApplicationOptions, terminal: Terminal): Promise<ExitCode> {
  return withAccount(identity, options, terminal, (id, accounts) => print(id, accounts, options, terminal));
}

/** Invites somebody, and prints until when the link is valid. */
export function invite(address: string, options: InviteOptions, terminal: Terminal): Promise<ExitCode> {
  return withAccount(options.by, options, terminal, async (by, { administration }) => {
    const { role: roles, locale } = options;
    const invitation = await administration.invite(address, { roles, locale }, { by });
    const { email, expiresAt } = invitation;
    if (options.json === true) terminal.print(JSON.stringify(invitation, null, 2));
    else terminal.print(`${printable(email)} is invited until ${timeOf(expiresAt)}.`);
    return exitCodes.done;
  });
}

/** Does something to an account, and prints it. */
export function change(
  identity: string,
  options: ApplicationOptions,
  terminal: Terminal,
  work: (id: string, administration: AccountsCommand['administration']) => Promise<unknown>,
): Promise<ExitCode> {
  return withAccount(identity, options, terminal, async (id, accounts) => {
    await work(id, accounts.administration);
    return print(id, accounts, options, terminal);
  });
}

async function print(
  id: string,
  { administration }: AccountsCommand,
  { json }: ApplicationOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const account = await administration.show(id);
  if (account === null) {
    terminal.complain(`There is no account ${printable(id)} any more.`);
    return exitCodes.failed;
  }
  if (json === true) terminal.print(JSON.stringify(account, null, 2));
  else for (const line of linesOf(account)) terminal.print(line);
  return exitCodes.done;
}

function linesOf(account: AccountDetails): string[] {
  const { factors, recoveryCodes, sessions, apiKeys } = account;
  const codes = recoveryCodes === 0 ? [] : [`${String(recoveryCodes)} recovery codes`];
  const lines: [name: string, value: string][] = [
    ['id', account.id],
    ['address', `${account.email}${account.emailConfirmedAt === null ? ' (not confirmed)' : ''}`],
    ['username', account.username ?? '-'],
    ['status', account.status],
    ['roles', account.roles.join(', ') || '-'],
    ['created', timeOf(account.createdAt)],
    ['password', account.passwordChangedAt === null ? 'none' : `set ${timeOf(account.passwordChangedAt)}`],
    ['second factor', account.secondFactorRequired ? 'required' : 'as the options say'],
    ['factors', [...factors.map(({ kind }) => kind), ...codes].join(', ') || '-'],
    ['logins', String(account.loginCount)],
    ['last login', lastLoginOf(account)],
    ['devices', sessions === null ? 'unknown' : String(sessions.length)],
    ['API keys', String(apiKeys.length)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`);
}

function lastLoginOf({ currentLogin }: AccountSummary): string {
  return currentLogin === null ? '-' : timeOf(currentLogin.at);
}
