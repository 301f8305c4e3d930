#!/usr/bin/env node
import { ProcessTerminal } from './process-terminal.js';
import { run } from './run.js';

const terminal = new ProcessTerminal(process);
const code = await run(process.argv.slice(2), terminal);
// An application may hold connections open that nothing closes.
await terminal.flush();
process.exit(code);
