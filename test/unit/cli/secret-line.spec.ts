import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { lineIn, type Input } from '../../../lib/cli/users/secret-line.js';

const piped = (...chunks: readonly (string | Uint8Array)[]): Input => Readable.from(chunks);

/** A terminal at which somebody presses keys. */
function terminal(keys: string): Input & { readonly modes: boolean[] } {
  const modes: boolean[] = [];
  return Object.assign(Readable.from([keys]), {
    isTTY: true,
    modes,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
}

describe('a password', () => {
  it.each([
    ['the first line', ['one\ntwo\n'], 'one'],
    ['a line without an end', ['one'], 'one'],
    ['a line of Windows', ['one\r\n'], 'one'],
    ['characters that come in parts', [Buffer.from('grü').subarray(0, 3), Buffer.from('grü').subarray(3)], 'grü'],
    ['spaces, which belong to it', [' one \n'], ' one '],
  ])('is read from standard input: %s', async (_name, chunks, line) => {
    expect(await lineIn(piped(...chunks))).toBe(line);
  });

  it('is needed', async () => {
    for (const input of [piped(), piped('\n'), terminal('\r')]) {
      await expect(lineIn(input)).rejects.toThrow('A password is needed');
    }
  });

  it('is typed without being shown, and mistypes are taken back', async () => {
    const input = terminal('onf\u007fe two🚀\b\r');
    expect(await lineIn(input)).toBe('one two');
    expect(input.modes).toEqual([true, false]);
  });

  it('is not typed by who gives up', async () => {
    const input = terminal('one\u0003');
    await expect(lineIn(input)).rejects.toThrow('Nothing was changed.');
    expect(input.modes).toEqual([true, false]);
  });
});
