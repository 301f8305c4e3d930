import { hash } from 'node:crypto';
import { types } from 'node:util';
import { luaTexts } from './lua-texts.js';
import type { BinaryScripts } from './redis.client.js';

/** The first element of a script's reply. */
export enum Reply {
  Done = 0,
  Conflict = 1,
  Absent = 2,
}

/** A script's reply. Only a conflict includes the current value. */
export type ScriptReply =
  | { readonly code: Reply.Done | Reply.Absent }
  | { readonly code: Reply.Conflict; readonly current: Buffer };

/** A script, sent by its hash. To a server that does not know it (flushed, restarted, failed over), the source is sent. */
export class Script {
  private readonly text: string;
  private readonly sha: string;

  constructor(file: keyof typeof luaTexts) {
    this.text = luaTexts[file];
    this.sha = sha1(this.text);
  }

  /** Its reply as the client returns it, strings as bytes. */
  async send(client: BinaryScripts, key: string, ...args: (string | Buffer | number)[]): Promise<unknown> {
    try {
      return await client.evalshaBuffer(this.sha, 1, key, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return await client.evalBuffer(this.text, 1, key, ...args);
    }
  }
}

/** A script that works on one record. */
export class RecordScript extends Script {
  async run(client: BinaryScripts, key: string, ...args: (string | Buffer | number)[]): Promise<ScriptReply> {
    return toScriptReply(await this.send(client, key, ...args));
  }
}

/** SHA-1 as written by `redis.sha1hex`. It only tells values apart: a collision is not an attack here. */
export function sha1(value: string | Buffer): string {
  return hash('sha1', value, 'hex');
}

function isUnknownScript(error: unknown): boolean {
  return types.isNativeError(error) && error.message.startsWith('NOSCRIPT');
}

function toScriptReply(reply: unknown): ScriptReply {
  const [code, current] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  // A client with `stringNumbers` returns numbers as strings.
  const known = Number(code);
  if (isReply(known)) {
    if (known !== Reply.Conflict) return { code: known };
    if (Buffer.isBuffer(current)) return { code: known, current };
  }
  throw new TypeError('The Redis server sent an unexpected reply to a script of the session store.');
}

function isReply(code: number): code is Reply {
  return code in Reply;
}
