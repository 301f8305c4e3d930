import { hash } from 'node:crypto';
import { types } from 'node:util';
import { luaTexts } from './lua-texts.js';
import type { BinaryScripts } from './redis.client.js';

/** What the scripts answer, first in their reply. */
export enum Reply {
  Done = 0,
  Conflict = 1,
  Absent = 2,
}

/** A script's answer. The value that is there now comes with a conflict, and only then. */
export type ScriptReply =
  { readonly code: Reply.Done | Reply.Absent } | { readonly code: Reply.Conflict; readonly current: Buffer };

/** A script, sent by its hash. A server that does not know it (flushed, restarted, failed over) is sent the text. */
export class Script {
  private readonly text: string;
  private readonly sha: string;

  constructor(file: keyof typeof luaTexts) {
    this.text = luaTexts[file];
    this.sha = sha1(this.text);
  }

  /** Its reply as the client hands it over, texts as bytes. */
  async send(client: BinaryScripts, key: string, ...args: (string | Buffer | number)[]): Promise<unknown> {
    try {
      return await client.evalshaBuffer(this.sha, 1, key, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return await client.evalBuffer(this.text, 1, key, ...args);
    }
  }
}

/** A script that does something about one record. */
export class RecordScript extends Script {
  async run(client: BinaryScripts, key: string, ...args: (string | Buffer | number)[]): Promise<ScriptReply> {
    return toScriptReply(await this.send(client, key, ...args));
  }
}

/** SHA-1 as `redis.sha1hex` writes it. It tells values apart and protects nothing: a collision is no attack here. */
export function sha1(value: string | Buffer): string {
  return hash('sha1', value, 'hex');
}

function isUnknownScript(error: unknown): boolean {
  return types.isNativeError(error) && error.message.startsWith('NOSCRIPT');
}

function toScriptReply(reply: unknown): ScriptReply {
  const [code, current] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  // A client with `stringNumbers` hands numbers over as texts.
  const known = Number(code);
  if (isReply(known)) {
    if (known !== Reply.Conflict) return { code: known };
    if (Buffer.isBuffer(current)) return { code: known, current };
  }
  throw new TypeError('The server answered a script of the session store with something that is no reply of it.');
}

function isReply(code: number): code is Reply {
  return code in Reply;
}
