import { spawnSync } from 'node:child_process';
import type { ChildNode } from './child-node.js';

/** No file of the child may become larger: a full disk for it alone. `unlimited` takes that back. */
export function limitFiles(child: ChildNode, bytes: string): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:`]);
  if (status !== 0) throw new Error(`prlimit failed: ${stderr.toString()}`);
}
