import { environmentOf } from '../../config/environment.js';
import { isSessionError, type SessionConfigError } from '../../errors.js';
import type { Finding } from '../../stores/session-store.js';
import type { CommandOptions } from '../command-options.js';
import { openStoreOf, type Elsewhere, type OpenStore } from '../sessions.js';
import { table } from '../table.js';
import { exitCodes, type ExitCode, type Terminal } from '../terminal.js';
import { checkCookies, urlIn } from './cookie-checks.js';
import { checkStore } from './store-checks.js';

export interface DoctorOptions extends CommandOptions {
  /** Where browsers reach the application. */
  readonly url?: string;
}

/** Checks the settings, the store and its server, and the cookies. Fails if a check does; warnings do not. */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<ExitCode> {
  const url = options.url === undefined ? null : urlIn(options.url);
  const log = new CheckedTerminal(terminal);
  let opened: Opened;
  try {
    terminal.progress('Checking the settings …');
    opened = await openStoreOf(options, log, true);
  } catch (error) {
    if (!isConfigError(error)) throw error;
    print([...log.findings, ...settingFindings(error)], options, terminal);
    return exitCodes.unusable;
  }
  const environment = environmentOf(terminal.environment['NODE_ENV']);
  const settings: Finding = { check: 'settings', status: 'ok', text: `valid for ${environment} (NODE_ENV)` };
  try {
    terminal.progress('Checking the store …');
    const stored =
      'where' in opened ? [withoutStore(opened)] : await checkStore(opened.name, opened.store, opened.config.keyPrefix);
    const at = url ?? urlOf(opened.config.publicUrl);
    const cookies = at === null ? [] : checkCookies(opened.config, at, environment);
    const findings = [settings, ...stored, ...cookies];
    // The store has logged some of what it was asked for.
    const logged = log.findings.filter(({ text }) => !findings.some((finding) => finding.text === text));
    print([settings, ...logged, ...stored, ...cookies], options, terminal);
    return findings.some(({ status }) => status === 'failed') ? exitCodes.failed : exitCodes.done;
  } finally {
    if (!('where' in opened)) await opened.close();
  }
}

type Opened = OpenStore | (Elsewhere & Pick<OpenStore, 'config'>);

function urlOf(publicUrl: OpenStore['config']['publicUrl']): URL | null {
  return publicUrl === null ? null : new URL(`${publicUrl.origin}${publicUrl.prefix}/`);
}

function isConfigError(error: unknown): error is SessionConfigError {
  return isSessionError(error) && error.code === 'SESSION_CONFIG_INVALID';
}

function settingFindings({ problems }: SessionConfigError): Finding[] {
  return problems.map(({ setting, problem }) => ({
    check: 'settings',
    status: 'failed',
    text: `${setting}: ${problem}`,
  }));
}

function withoutStore({ where }: Elsewhere): Finding {
  const check = 'store';
  switch (where) {
    case 'browsers':
      return { check, status: 'ok', text: 'none: sessions are in their cookies (SESSION_TYPE is cookie)' };
    case 'memory':
      return { check, status: 'warning', text: "sessions are in the application's memory, and end with its process" };
    case 'unset':
      return {
        check,
        status: 'unknown',
        text: 'SESSION_TYPE is not set here: give the settings of the application (--env-file), or its module (--app)',
      };
  }
}

function print(findings: readonly Finding[], { json = false }: DoctorOptions, terminal: Terminal): void {
  terminal.progress(null);
  if (json) {
    const isHealthy = findings.every(({ status }) => status !== 'failed');
    terminal.print(JSON.stringify({ ok: isHealthy, checks: findings }, null, 2));
    return;
  }
  const rows = findings.map(({ check, status, text }) => [status, check, text]);
  for (const line of table(['RESULT', 'CHECK', ''], rows)) terminal.print(line);
}

/** Keeps what an application would log at its start, to print it among the checks. */
class CheckedTerminal implements Terminal {
  readonly findings: Finding[] = [];
  readonly environment: NodeJS.ProcessEnv;

  constructor(private readonly terminal: Terminal) {
    this.environment = terminal.environment;
  }

  print(line: string): void {
    this.terminal.print(line);
  }

  complain(line: string): void {
    this.findings.push({ check: 'log', status: 'warning', text: line });
  }

  progress(line: string | null): void {
    this.terminal.progress(line);
  }

  divert(): void {
    this.terminal.divert();
  }
}
