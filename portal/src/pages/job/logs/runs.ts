/** Lines of one log that stand together. */
interface Run {
  file: number;
  /** The first of them, as its log counts. */
  line: number;
  /** The row in which it stands. */
  row: number;
}

/** From this line on, a log was written at this time, ms, or later. */
export interface Mark {
  line: number;
  at: number;
}

/** The order of the lines of several logs: what was there at the begin by its time, then as it comes. */
export class Runs {
  private runs: Run[] = [];
  private readonly known: number[];
  private live = false;
  count = 0;

  constructor(files: number) {
    this.known = Array.from({ length: files }, () => 0);
  }

  /** From now on, lines stand in the order in which they come; those that are there, in that of their marks. */
  goLive(marks: Mark[][] = []) {
    if (this.live) return;
    this.live = true;
    const parts = this.known.flatMap((lines, file) => partsOf(file, lines, marks[file] ?? []));
    this.runs = [];
    this.count = 0;
    for (const { file, line, lines } of parts.sort((one, other) => one.at - other.at)) {
      this.append(file, line, lines);
    }
  }

  /** So many lines has a log now. */
  grow(file: number, lines: number) {
    const known = this.known[file] ?? 0;
    if (lines <= known) return;
    this.known[file] = lines;
    if (this.live) {
      this.append(file, known, lines - known);
      return;
    }
    this.count = 0;
    this.runs = [];
    for (const [number, there] of this.known.entries()) this.append(number, 0, there);
  }

  /** The log and the line of it that stand in a row. */
  at(row: number): { file: number; line: number } {
    const run = this.runs[this.runIn(row)];
    return run ? { file: run.file, line: run.line + row - run.row } : { file: 0, line: row };
  }

  /** The row in which a line stands; undefined where there is no such line yet. */
  rowOf(file: number, line: number): number | undefined {
    if (line >= (this.known[file] ?? 0)) return undefined;
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

  private append(file: number, line: number, lines: number) {
    if (lines > 0 && this.runs.at(-1)?.file !== file) this.runs.push({ file, line, row: this.count });
    this.count += lines;
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

/** The lines of a log that came at about the same time, part by part. */
function partsOf(file: number, lines: number, marks: Mark[]) {
  const begins = [{ line: 0, at: marks[0]?.at ?? 0 }];
  for (const mark of marks)
    if (mark.line > (begins.at(-1)?.line ?? 0) && mark.line < lines) begins.push(mark);
  return begins.map(({ line, at }, number) => ({
    file,
    line,
    at,
    lines: (begins[number + 1]?.line ?? lines) - line,
  }));
}
