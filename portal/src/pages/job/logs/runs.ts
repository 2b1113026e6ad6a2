/** Lines of one log that stand together. */
interface Run {
  file: number;
  /** The first of them, as its log counts. */
  line: number;
  /** The row in which it stands. */
  row: number;
}

/** The order of the lines of several logs: what was there at the begin log by log, then as it comes. */
export class Runs {
  private runs: Run[] = [];
  private readonly known: number[];
  private live = false;
  count = 0;

  constructor(files: number) {
    this.known = Array.from({ length: files }, () => 0);
  }

  /** From now on, lines stand in the order in which they come. */
  goLive() {
    this.live = true;
  }

  /** So many lines has a log now. */
  grow(file: number, lines: number) {
    const known = this.known[file] ?? 0;
    if (lines <= known) return;
    this.known[file] = lines;
    if (this.live) {
      if (this.runs.at(-1)?.file !== file) this.runs.push({ file, line: known, row: this.count });
      this.count += lines - known;
      return;
    }
    this.count = 0;
    this.runs = [];
    for (const [number, there] of this.known.entries()) {
      if (there > 0) this.runs.push({ file: number, line: 0, row: this.count });
      this.count += there;
    }
  }

  /** The log and the line of it that stand in a row. */
  at(row: number): { file: number; line: number } {
    const run = this.runs[this.runIn(row)];
    return run ? { file: run.file, line: run.line + row - run.row } : { file: 0, line: row };
  }

  /** The row in which a line stands. */
  rowOf(file: number, line: number): number | undefined {
    const run = this.runs.findLast((each) => each.file === file && each.line <= line);
    return run && run.row + line - run.line;
  }

  /** From this row on, or up to it backwards, the lines that stand together: a log, its first and its last. */
  *from(row: number, step: 1 | -1): Generator<{ file: number; first: number; last: number }> {
    if (row < 0 || row >= this.count) return;
    for (let index = this.runIn(row); index >= 0 && index < this.runs.length; index += step) {
      const run = this.runs[index];
      if (run === undefined) return;
      const end = (this.runs[index + 1]?.row ?? this.count) - run.row + run.line - 1;
      const within = run.line + row - run.row;
      yield {
        file: run.file,
        first: step > 0 ? Math.max(run.line, within) : run.line,
        last: step > 0 ? end : Math.min(end, within),
      };
    }
  }

  private runIn(row: number): number {
    let low = 0;
    let high = this.runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.runs[middle]?.row ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
