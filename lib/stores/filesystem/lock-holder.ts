import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { types } from 'node:util';

/** A lock's holder: which process on which machine. */
export interface Holder {
  /** A hash of host name, boot and process namespace: process ids are comparable only if it is equal. */
  readonly machine: string;
  readonly pid: number;
  /** When the process started, as the kernel says, to tell apart processes that reuse an id. */
  readonly start: string;
}

const unknownStart = '-';

/** This process. Worker threads and other copies of this package count as the same holder. */
export function thisProcess(): Holder {
  return { machine: machine(), pid: process.pid, start: processState(process.pid)?.start ?? unknownStart };
}

export function formatHolder(holder: Holder): string {
  return `${holder.machine}.${String(holder.pid)}.${holder.start}`;
}

export function parseHolder(text: string): Holder | null {
  const match = /^([0-9a-f]{16})\.(\d{1,10})\.(\d{1,20}|-)$/.exec(text);
  if (match === null) return null;
  const [, host = '', pid = '', start = ''] = match;
  return { machine: host, pid: Number(pid), start };
}

/** Whether `holder` is still running. `unknown`: on another machine or in another container, or there is no way to find out. */
export function lifeOf(holder: Holder, self: Holder): 'alive' | 'dead' | 'unknown' {
  if (holder.machine !== self.machine) return 'unknown';
  if (!exists(holder.pid)) return 'dead';
  const state = processState(holder.pid);
  if (state === null || holder.start === unknownStart) return 'unknown';
  return state.start === holder.start && !state.isOver ? 'alive' : 'dead';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, and belongs to another user.
    return !(types.isNativeError(error) && 'code' in error && error.code === 'ESRCH');
  }
}

function machine(): string {
  const boot = readOrNone(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = readOrNone(() => readlinkSync('/proc/self/ns/pid'));
  return createHash('sha256').update(`${hostname()}\0${boot}\0${namespace}`).digest('hex').slice(0, 16);
}

/** From Linux's `/proc`; `null` elsewhere. A zombie counts as ended. */
function processState(pid: number): { start: string; isOver: boolean } | null {
  const stat = readOrNone(() => readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
  // The program's name is in parentheses and may contain anything; the fields start after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return start === undefined ? null : { start, isOver: state === 'Z' || state === 'X' };
}

/** Without `/proc` there is nothing to read, which is fine. */
function readOrNone(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
