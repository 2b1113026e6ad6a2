/** A log's bytes are read and counted in blocks of this size, from its begin on; the server counts them so too. */
export const blockSize = 64 * 1024;

const lineBreak = 10;

/** A block that must be read first. */
export interface Missing {
  missing: number;
}

/** What is known of a log: how long it is, and how many lines each block has. Of its bytes only some blocks are here. */
export class LogFile {
  size = 0;
  /** The line breaks before each block. */
  private readonly before: number[] = [0];
  /** The line breaks in all of it. */
  breaks = 0;
  private open = false;
  private readonly blocks: BlockCache;

  constructor(blocks: BlockCache) {
    this.blocks = blocks;
  }

  /** How many lines there are; the last one counts from its first character on. */
  get lines(): number {
    return this.breaks + (this.open ? 1 : 0);
  }

  /** Bytes were added from `offset` on. What is known already is left out: a stream that comes again may repeat. */
  add(offset: number, added: Uint8Array) {
    let data = added.subarray(Math.max(this.size - offset, 0));
    while (data.length > 0) {
      const number = Math.floor(this.size / blockSize);
      const at = this.size % blockSize;
      const part = data.subarray(0, blockSize - at);
      const block = at === 0 ? this.blocks.make(this, number) : this.blocks.get(this, number);
      const here = block?.length === at ? block : undefined;
      this.count(part.length, here ? here.append(part) : countBreaks(part));
      this.open = part.at(-1) !== lineBreak;
      data = data.subarray(part.length);
    }
  }

  /** Bytes were added whose content nobody sent: `lines` has the breaks in each block of them. */
  skip(offset: number, to: number, lines: number[]) {
    if (offset !== this.size) return;
    for (const breaks of lines) {
      const end = Math.min((Math.floor(this.size / blockSize) + 1) * blockSize, to);
      this.count(end - this.size, breaks);
    }
    this.open = true; // something follows at once
  }

  /** Bytes of a block, as the server gave them. */
  fill(number: number, data: Uint8Array) {
    const length = this.lengthOf(number);
    if (data.length >= length) this.blocks.make(this, number).append(data.subarray(0, length));
  }

  /** Where a line lies, its line break left out. */
  find(line: number): { start: number; end: number } | Missing {
    const start = line === 0 ? 0 : this.afterBreak(line);
    const end = line < this.breaks ? this.afterBreak(line + 1) : this.size + 1;
    if (typeof start !== "number") return start;
    return typeof end === "number" ? { start, end: end - 1 } : end;
  }

  /** These bytes, from as many blocks as they lie in. */
  bytes(start: number, end: number): Uint8Array | Missing {
    const parts: Uint8Array[] = [];
    for (let at = start; at < end; ) {
      const number = Math.floor(at / blockSize);
      const block = this.whole(number);
      if (block === undefined) return { missing: number };
      const begin = number * blockSize;
      parts.push(block.data.subarray(at - begin, Math.min(end - begin, block.length)));
      at = begin + blockSize;
    }
    return parts.length === 1 && parts[0] ? parts[0] : joined(parts);
  }

  /** How many lines begin before a block. */
  breaksBefore(number: number): number {
    return this.before[number] ?? this.breaks;
  }

  /** The block in which a line begins, or ends the one before. */
  blockOf(line: number): number {
    let low = 0;
    let high = this.before.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.before[middle] ?? 0) < line) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private afterBreak(count: number): number | Missing {
    const number = this.blockOf(count);
    const block = this.whole(number);
    const at = block?.breaks[count - this.breaksBefore(number) - 1];
    return at === undefined ? { missing: number } : number * blockSize + at + 1;
  }

  private whole(number: number): Block | undefined {
    const block = this.blocks.get(this, number);
    return block !== undefined && block.length >= this.lengthOf(number) ? block : undefined;
  }

  private lengthOf(number: number): number {
    return Math.min(blockSize, this.size - number * blockSize);
  }

  private count(bytes: number, breaks: number) {
    this.size += bytes;
    this.breaks += breaks;
    if (this.size % blockSize === 0) this.before.push(this.breaks);
  }
}

class Block {
  readonly data = new Uint8Array(blockSize);
  length = 0;
  /** Where its line breaks are. */
  readonly breaks: number[] = [];

  append(part: Uint8Array): number {
    this.data.set(part, this.length);
    const known = this.breaks.length;
    for (let at = part.indexOf(lineBreak); at >= 0; at = part.indexOf(lineBreak, at + 1)) {
      this.breaks.push(this.length + at);
    }
    this.length += part.length;
    return this.breaks.length - known;
  }
}

/** The blocks that are here, of several logs; what was not looked at for longest goes first. */
export class BlockCache {
  private readonly limit: number;
  private readonly blocks = new Map<LogFile, Map<number, Block>>();
  private readonly order = new Map<Block, [LogFile, number]>();

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.order.size;
  }

  get(file: LogFile, number: number): Block | undefined {
    const block = this.blocks.get(file)?.get(number);
    if (block) this.touch(block, file, number);
    return block;
  }

  make(file: LogFile, number: number): Block {
    const ofFile = this.blocks.get(file) ?? new Map<number, Block>();
    this.blocks.set(file, ofFile);
    const old = ofFile.get(number);
    if (old) this.order.delete(old);
    const block = new Block();
    ofFile.set(number, block);
    this.touch(block, file, number);
    for (const [stale, [of, at]] of this.order) {
      if (this.order.size <= this.limit) break;
      this.order.delete(stale);
      this.blocks.get(of)?.delete(at);
    }
    return block;
  }

  private touch(block: Block, file: LogFile, number: number) {
    this.order.delete(block);
    this.order.set(block, [file, number]);
  }
}

function countBreaks(data: Uint8Array): number {
  let count = 0;
  for (let at = data.indexOf(lineBreak); at >= 0; at = data.indexOf(lineBreak, at + 1)) count += 1;
  return count;
}

function joined(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
