import { BSON } from 'mongodb';
import type { Fields } from './mongo-documents.js';

/** MongoDB's wire protocol, as far as its driver speaks it to a server that is alone: OP_MSG, and OP_QUERY for the greeting. */

const replyCode = 1;
const queryCode = 2004;
const messageCode = 2013;
const headerLength = 16;

export interface WireMessage {
  readonly id: number;
  readonly code: number;
  readonly command: Fields;
}

/** Cuts what a socket brings into messages. */
export class MessageReader {
  private rest = Buffer.alloc(0);

  *take(chunk: Buffer): Generator<WireMessage, void, undefined> {
    this.rest = Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= 4 && this.rest.length >= this.rest.readInt32LE(0)) {
      const length = this.rest.readInt32LE(0);
      yield parse(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
    }
  }
}

/** The bytes of an answer to `message`. */
export function answerTo({ id, code }: WireMessage, document: Fields): Buffer {
  const body = BSON.serialize(document);
  const isMessage = code === messageCode;
  // Of a message: flags, and a section with one document. Of the older form: flags, cursor, where it starts, how many.
  const preface = Buffer.alloc(isMessage ? 5 : 20);
  if (!isMessage) preface.writeInt32LE(1, 16);
  const header = Buffer.alloc(headerLength);
  header.writeInt32LE(headerLength + preface.length + body.length, 0);
  header.writeInt32LE(id, 8);
  header.writeInt32LE(isMessage ? messageCode : replyCode, 12);
  return Buffer.concat([header, preface, body]);
}

function parse(message: Buffer): WireMessage {
  const id = message.readInt32LE(4);
  const code = message.readInt32LE(12);
  if (code === messageCode) return { id, code, command: sections(message.subarray(headerLength + 4)) };
  if (code !== queryCode) throw new Error(`There is no answer to messages of the code ${String(code)}.`);
  const nameEnd = message.indexOf(0, headerLength + 4);
  return { id, code, command: BSON.deserialize(message.subarray(nameEnd + 9)) };
}

/** A command, and the lists that belong to it, each in a section of its own. */
function sections(bytes: Buffer): Fields {
  const command: Record<string, unknown> = {};
  for (let at = 0; at < bytes.length;) {
    const kind = bytes.readUInt8(at);
    const size = bytes.readInt32LE(at + 1);
    const section = bytes.subarray(at + 1, at + 1 + size);
    at += 1 + size;
    if (kind === 0) Object.assign(command, BSON.deserialize(section));
    else Object.assign(command, list(section));
  }
  return command;
}

function list(section: Buffer): Fields {
  const nameEnd = section.indexOf(0, 4);
  const documents: Fields[] = [];
  for (let at = nameEnd + 1; at < section.length; at += section.readInt32LE(at)) {
    documents.push(BSON.deserialize(section.subarray(at, at + section.readInt32LE(at))));
  }
  return { [section.toString('utf8', 4, nameEnd)]: documents };
}
