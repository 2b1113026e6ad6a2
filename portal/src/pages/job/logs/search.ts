import type { LogDocument } from "./document";
import { blockSize } from "./file";
import { findText } from "./reading";

const newsEvery = 1000; // ms between looks at what was added

/** Finds a text in all lines of a document, also in those that are not here. */
export class Search {
  readonly text: string;
  /** What part of the logs is searched, 0 to 1. */
  progress = 0;
  error: Error | null = null;
  private readonly document: LogDocument;
  private readonly changed: () => void;
  private readonly control = new AbortController();
  private readonly counts: number[][];
  private readonly sizes: number[];
  private readonly lists = new Map<string, number[]>();
  private first: Promise<void> = Promise.resolve();

  constructor(document: LogDocument, text: string, changed: () => void) {
    this.document = document;
    this.text = text;
    this.changed = changed;
    this.counts = document.files.map(() => []);
    this.sizes = document.files.map(() => 0);
  }

  /** How many lines hold the text, as far as is known. */
  get total(): number {
    return this.counts.flat().reduce((sum, count) => sum + count, 0);
  }

  get complete(): boolean {
    return this.progress === 1;
  }

  /** Search all that is there, and then what is added, until `stop`. */
  start() {
    this.first = this.scanAll();
    this.first
      .then(() => this.follow())
      .catch((error: unknown) => {
        if (!this.stopped) this.error = error as Error;
        this.changed();
      });
  }

  stop() {
    this.control.abort();
  }

  get stopped(): boolean {
    return this.control.signal.aborted;
  }

  /** The row of the next match from a row on (1) or back (-1), around the end if need be; null if there is none. */
  async next(row: number, step: 1 | -1): Promise<number | null> {
    const early = await this.nearest(row, step);
    if (early !== null) return early;
    await this.first;
    return (
      (await this.nearest(row, step)) ??
      (await this.nearest(step > 0 ? 0 : this.document.runs.count - 1, step))
    );
  }

  /** Which match a row is, counted from 1; null where several logs stand together, or none is in this row. */
  async place(row: number): Promise<number | null> {
    if (this.counts.length > 1) return null;
    const { line } = this.document.runs.at(row);
    const counts = this.counts[0] ?? [];
    const first = this.document.files[0]?.blockOf(line) ?? 0;
    for (const block of [first, first + 1]) {
      const at = counts[block] ? (await this.list(0, block)).indexOf(line) : -1;
      if (at >= 0) return counts.slice(0, block).reduce((sum, count) => sum + count, 0) + at + 1;
    }
    return null;
  }

  private async scanAll() {
    for (const number of this.counts.keys()) await this.scan(number);
    this.progress = 1;
    this.changed();
  }

  private async follow() {
    while (!this.stopped) {
      await new Promise((resolve) => setTimeout(resolve, newsEvery));
      for (const [number, file] of this.document.files.entries()) {
        if (file.size > (this.sizes[number] ?? 0) && !this.stopped) await this.scan(number);
      }
    }
  }

  /** Search one log from where it was searched to. */
  private async scan(number: number) {
    const log = this.document.logs[number];
    const counts = this.counts[number];
    if (!log || !counts) return;
    let start: number | null = Math.floor((this.sizes[number] ?? 0) / blockSize) * blockSize;
    while (start !== null) {
      const found = await findText(this.document.job, log, this.text, start, false, this.control.signal);
      counts.length = start / blockSize;
      counts.push(...found.counts);
      this.lists.delete(`${number}/${start / blockSize}`);
      this.sizes[number] = found.next ?? found.size;
      start = found.next;
      this.progress = Math.max(this.progress, this.part());
      this.changed();
    }
  }

  private part(): number {
    const whole = this.document.files.reduce((sum, file) => sum + file.size, 0);
    return Math.min(this.sizes.reduce((sum, size) => sum + size, 0) / Math.max(whole, 1), 0.99);
  }

  private async nearest(row: number, step: 1 | -1): Promise<number | null> {
    for (const { file, first, last } of this.document.runs.from(row, step)) {
      const line = await this.within(file, first, last, step);
      if (line !== null) return this.document.runs.rowOf(file, line) ?? null;
    }
    return null;
  }

  /** The first match among these lines, or the last. */
  private async within(file: number, first: number, last: number, step: 1 | -1): Promise<number | null> {
    const log = this.document.files[file];
    const counts = this.counts[file] ?? [];
    if (log === undefined) return null;
    const low = log.blockOf(first);
    const high = Math.min(log.blockOf(last) + 1, counts.length - 1); // it may begin at the begin of the next block
    for (let block = step > 0 ? low : high; block >= low && block <= high; block += step) {
      if (!counts[block]) continue;
      const lines = (await this.list(file, block)).filter((line) => line >= first && line <= last);
      const found = step > 0 ? lines[0] : lines.at(-1);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** The lines of a block that hold the text. */
  private async list(file: number, block: number): Promise<number[]> {
    const known = this.lists.get(`${file}/${block}`);
    const log = this.document.logs[file];
    if (known || !log) return known ?? [];
    const start = block * blockSize;
    const found = await findText(this.document.job, log, this.text, start, true, this.control.signal);
    const before = this.document.files[file]?.breaksBefore(block) ?? 0;
    const lines = (found.lines ?? []).map((line) => before + line);
    this.lists.set(`${file}/${block}`, lines);
    return lines;
  }
}
