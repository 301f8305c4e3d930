import { describe, expect, it } from '@jest/globals';
import { ProcessTerminal } from '../../../lib/cli/process-terminal.js';

/** A process whose streams are kept, in the order in which they were written. */
function processWith(isTTY: boolean) {
  const written: [stream: 'stdout' | 'stderr', text: string][] = [];
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    columns: 20,
    write(text: string, done?: () => void): boolean {
      if (text !== '') written.push([name, text]);
      done?.();
      return true;
    },
  });
  return { written, env: {}, stdout: stream('stdout'), stderr: stream('stderr') };
}

describe('the terminal of a process', () => {
  it('replaces the progress that it shows, and removes it before it prints', async () => {
    const shown = processWith(true);
    const terminal = new ProcessTerminal(shown);
    terminal.progress('one');
    terminal.progress('a line that is longer than the terminal');
    terminal.print('result');
    terminal.complain('warning');
    terminal.progress(null);
    await terminal.flush();
    expect(shown.written).toEqual([
      ['stderr', '\r\u001b[2Kone'],
      ['stderr', '\r\u001b[2Ka line that is long'],
      ['stderr', '\r\u001b[2K'],
      ['stdout', 'result\n'],
      ['stderr', 'warning\n'],
    ]);
  });

  it('shows no progress where nobody looks', () => {
    const shown = processWith(false);
    const terminal = new ProcessTerminal(shown);
    terminal.progress('one');
    terminal.print('result');
    expect(shown.written).toEqual([['stdout', 'result\n']]);
  });

  it('diverts what others print, and prints its own results all the same', () => {
    const shown = processWith(false);
    const terminal = new ProcessTerminal(shown);
    terminal.divert();
    shown.stdout.write('from the application\n');
    terminal.print('result');
    expect(shown.written).toEqual([
      ['stderr', 'from the application\n'],
      ['stdout', 'result\n'],
    ]);
  });
});
