import { UsageError } from '../usage-error.js';

/** The standard input of a process. */
export interface Input extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean;
  /** Of a terminal: whether it hands on each key, and shows none of them. */
  setRawMode?(isRaw: boolean): unknown;
}

/** No password is longer, in characters. */
const longest = 8_192;
const [end, interrupt, endOfInput, backspace, erase] = ['\r', '\u0003', '\u0004', '\b', '\u007f'];

/** The first line, without showing what is typed. @throws UsageError if there is none, or a person gives up */
export async function lineIn(input: Input): Promise<string> {
  const line = input.isTTY === true ? await typedIn(input) : await firstLineIn(input);
  if (line === '') throw new UsageError('A password is needed: type it, or pass it as a line on standard input.');
  return line;
}

async function firstLineIn(input: Input): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of input) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text.includes('\n') || text.length > longest) break;
  }
  const [line = ''] = text.split(/\r?\n/, 1);
  return line;
}

async function typedIn(input: Input): Promise<string> {
  const decoder = new TextDecoder();
  const typed: string[] = [];
  input.setRawMode?.(true);
  try {
    for await (const chunk of input) {
      for (const key of typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })) {
        if (key === end || key === '\n' || key === endOfInput) return typed.join('');
        if (key === interrupt) throw new UsageError('Nothing was changed.');
        if (key === backspace || key === erase) typed.pop();
        else if (typed.length < longest) typed.push(key);
      }
    }
    return typed.join('');
  } finally {
    input.setRawMode?.(false);
  }
}
