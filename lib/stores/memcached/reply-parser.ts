/** A line from a server, and the bytes that follow if it is a value's line. */
export interface Reply {
  /** The line's words; the first is the type. */
  readonly words: readonly string[];
  readonly value: Buffer | null;
}

/** The data is not a valid memcached reply. The connection must be closed: replies can no longer be matched to commands. */
export class ProtocolError extends Error {}

/** Longer than any line of a server. */
const longestLine = 4_096;
const lineEnd = Buffer.from('\r\n');
const empty = Buffer.alloc(0);

/** Assembles the replies of a server from the chunks in which they arrive. */
export class ReplyParser {
  /** Unparsed chunks. They are joined once there are enough of them, not at each chunk. */
  private pieces: Buffer[] = [];
  private size = 0;
  /** How many bytes are needed before parsing is worthwhile. */
  private needed = 1;

  /** @throws ProtocolError */
  push(piece: Buffer): Reply[] {
    this.pieces.push(piece);
    this.size += piece.length;
    if (this.size < this.needed) return [];
    let rest = this.pieces.length === 1 ? piece : Buffer.concat(this.pieces, this.size);
    const replies: Reply[] = [];
    for (;;) {
      const found = this.next(rest);
      if (found === null) break;
      replies.push(found.reply);
      rest = rest.subarray(found.length);
    }
    this.pieces = rest.length === 0 ? [] : [rest];
    this.size = rest.length;
    return replies;
  }

  private next(bytes: Buffer): { reply: Reply; length: number } | null {
    const end = bytes.indexOf(lineEnd);
    if (end === -1) {
      if (bytes.length > longestLine) throw new ProtocolError('a line is too long');
      this.needed = bytes.length + 1;
      return null;
    }
    const words = bytes.toString('latin1', 0, end).split(/ +/);
    const start = end + lineEnd.length;
    if (words[0] !== 'VA') {
      this.needed = 1;
      return { reply: { words, value: null }, length: start };
    }
    const valueEnd = start + sizeIn(words[1]);
    const length = valueEnd + lineEnd.length;
    this.needed = Math.max(1, length);
    if (bytes.length < length) return null;
    if (!bytes.subarray(valueEnd, length).equals(lineEnd)) throw new ProtocolError('a value has the wrong length');
    this.needed = 1;
    // A copy: otherwise everything that arrived with it would stay in memory.
    return { reply: { words, value: copyOf(bytes, start, valueEnd) }, length };
  }
}

function sizeIn(word: string | undefined): number {
  if (word === undefined || !/^[0-9]{1,10}$/.test(word)) throw new ProtocolError('a value has no length');
  return Number(word);
}

function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  return start === end ? empty : Buffer.from(bytes.subarray(start, end));
}
