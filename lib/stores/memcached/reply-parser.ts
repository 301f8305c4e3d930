/** A line of a server, and the bytes that follow it if it is the line of a value. */
export interface Reply {
  /** The line's words, the first of which says what it is. */
  readonly words: readonly string[];
  readonly value: Buffer | null;
}

/** What came is no answer of memcached. The connection cannot be used any longer: nobody knows which answer is whose. */
export class ProtocolError extends Error {}

/** Longer than any line of a server. */
const longestLine = 4_096;
const lineEnd = Buffer.from('\r\n');
const empty = Buffer.alloc(0);

/** Puts the answers of a server together from the pieces in which they arrive. */
export class ReplyParser {
  /** Pieces that no answer has been read from yet. They are joined when there are enough of them, not at each piece. */
  private pieces: Buffer[] = [];
  private size = 0;
  /** How many bytes there must be before it is worth looking. */
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
      if (bytes.length > longestLine) throw new ProtocolError('a line does not end');
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
    if (!bytes.subarray(valueEnd, length).equals(lineEnd)) throw new ProtocolError('a value has another length');
    this.needed = 1;
    // A copy: what arrived with it would otherwise be kept along with it.
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
