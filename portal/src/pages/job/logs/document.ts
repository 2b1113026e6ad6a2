import { type FeedState, openFeed } from "../../../api/feed";
import { BlockCache, LogFile } from "./file";
import { Loader } from "./loader";
import { type LogName, streamKey } from "./names";
import { readBlock } from "./reading";
import { type Mark, Runs } from "./runs";
import { type LogLine, readLine } from "./text";

const blocksKept = 96; // 6 MiB
const linesKept = 2000;
const sent = 16 * 1024; // bytes of the end that the server sends by itself
const rest = 50; // ms between two drawings
const silence = 40_000; // ms; the server pings every 15 s

interface Told {
  log: number;
  offset: number;
  text?: string;
  base64?: string;
  /** Times, ms, each with the number of line breaks before what came then; where several logs begin. */
  times?: [number, number][];
}

/** A log may be over with nothing kept of it: its task never ran, or it was removed. */
export type LogState = "open" | "over" | "none";

/** The lines of one log, or of several together, as they grow. Holds what is looked at, and can read the rest. */
export class LogDocument {
  readonly job: string;
  readonly logs: LogName[];
  readonly files: LogFile[];
  readonly runs: Runs;
  readonly states: LogState[];
  readonly loader: Loader;
  feed: FeedState = "connecting";
  /** What was there when it was opened has come. */
  caughtUp = false;
  /** Counts the changes. */
  version = 0;
  private readonly marks: Mark[][];
  private readonly counted = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private readonly parsed = new Map<string, LogLine>();
  private readonly missing = new Map<string, { file: number; block: number }>();
  private drawing = 0; // the timer
  private drawn = 0; // when that was the last time

  constructor(job: string, logs: LogName[]) {
    const blocks = new BlockCache(blocksKept);
    this.job = job;
    this.logs = logs;
    this.files = logs.map(() => new LogFile(blocks));
    this.runs = new Runs(logs.length);
    this.marks = logs.map(() => []);
    this.states = logs.map(() => "open");
    this.loader = new Loader(
      (file, block, signal) => this.readBlock(file, block, signal),
      () => this.change(),
    );
  }

  /** Whether nothing will be added any more. */
  get over(): boolean {
    return this.states.every((state) => state !== "open");
  }

  /** What was there at the begin is being counted; the lines of the end follow. */
  get counting(): boolean {
    return this.counted.size > 0;
  }

  /** Follow the logs, until the returned function is called. */
  open(): () => void {
    const close = openFeed({
      url: () => this.address(),
      silence,
      on: {
        log: (data) => this.onLog(JSON.parse(data)),
        skip: (data) => this.onSkip(JSON.parse(data)),
        over: (data) => this.onOver(JSON.parse(data)),
        live: () => {
          this.caughtUp = true;
          this.runs.goLive(this.marks);
          this.change();
        },
        ping: () => undefined,
        end: () => undefined,
      },
      onState: (state) => {
        this.feed = state;
        this.change();
      },
    });
    return () => {
      close();
      this.loader.stop();
      clearTimeout(this.drawing);
      this.drawing = 0;
    };
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What stands in a row; undefined while that must be read. */
  line(row: number): LogLine | undefined {
    const { file: number, line } = this.runs.at(row);
    const file = this.files[number];
    if (file === undefined) return undefined;
    const key = `${number}/${line}`;
    const known = this.parsed.get(key);
    if (known && (known.whole || known.end === file.size)) return known;
    const read = readLine(file, line);
    if ("missing" in read) {
      this.missing.set(`${number}/${read.missing}`, { file: number, block: read.missing });
      return known; // the last line as it was, until its new end is here
    }
    if (this.parsed.size >= linesKept) this.parsed.clear();
    this.parsed.set(key, read);
    return read;
  }

  /** The same of what is here already, without asking for more. */
  peek(row: number): LogLine | undefined {
    const { file, line } = this.runs.at(row);
    return this.parsed.get(`${file}/${line}`);
  }

  /** Have read what `line` lacked since the last time. */
  load() {
    this.loader.want([...this.missing.values()]);
    this.missing.clear();
  }

  private address(): string {
    const query = new URLSearchParams(this.logs.map((log) => ["log", streamKey(log)]));
    for (const file of this.files) query.append("offset", String(file.size));
    query.append("window", String(sent));
    return `/api/v2/jobs/${encodeURIComponent(this.job)}/logs/stream?${query}`;
  }

  private onLog(told: Told) {
    this.counted.delete(told.log);
    this.note(told);
    const file = this.files[told.log];
    file?.add(
      told.offset,
      told.text === undefined ? fromBase64(told.base64 ?? "") : encoder.encode(told.text),
    );
    this.grown(told.log);
  }

  private onSkip(told: Told & { to: number; lines: number[] }) {
    const { log, offset, to, lines } = told;
    this.note(told);
    this.files[log]?.skip(offset, to, lines);
    this.runs.grow(log, this.files[log]?.lines ?? 0);
    if (this.caughtUp) return; // the lines of the end follow at once
    this.counted.add(log);
    this.change();
  }

  private note({ log, times = [] }: Told) {
    const before = this.files[log]?.breaks ?? 0;
    this.marks[log]?.push(...times.map(([at, breaks]) => ({ at, line: before + breaks })));
  }

  private onOver({ log, kept }: { log: number; kept: boolean }) {
    this.states[log] = kept ? "over" : "none";
    this.change();
  }

  private grown(log: number) {
    this.runs.grow(log, this.files[log]?.lines ?? 0);
    this.change();
  }

  private async readBlock(file: number, block: number, signal: AbortSignal) {
    const log = this.logs[file];
    if (log) this.files[file]?.fill(block, await readBlock(this.job, log, block, signal));
  }

  /** Tells of all changes of a while at once: a task can write faster than anybody reads. */
  private change() {
    if (this.drawing !== 0) return;
    const wait = Math.max(this.drawn + rest - performance.now(), 0);
    this.drawing = window.setTimeout(() => {
      this.drawing = 0;
      this.drawn = performance.now();
      this.version += 1;
      for (const listener of this.listeners) listener();
    }, wait);
  }
}

const encoder = new TextEncoder();

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
