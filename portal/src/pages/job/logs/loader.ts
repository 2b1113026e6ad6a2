import { Refusal } from "../../../api/errors";

interface Wanted {
  file: number;
  block: number;
}

const atOnce = 3; // of the six connections that a browser has
const pause = 1000; // ms until what failed is tried again
const longPause = 5000; // the same where the server said no

/** Reads the blocks that are looked at, the ones of now first; what nobody looks at any more is given up. */
export class Loader {
  private readonly read: (file: number, block: number, signal: AbortSignal) => Promise<void>;
  private readonly changed: () => void;
  private readonly running = new Map<string, AbortController>();
  private wanted: Wanted[] = [];
  private stopped = false;
  /** Why the last try failed; null when it did not. */
  error: Error | null = null;

  constructor(
    read: (file: number, block: number, signal: AbortSignal) => Promise<void>,
    changed: () => void,
  ) {
    this.read = read;
    this.changed = changed;
  }

  get busy(): boolean {
    return this.wanted.length > 0;
  }

  /** These are looked at now, and no others. */
  want(wanted: Wanted[]) {
    this.stopped = false;
    this.wanted = wanted;
    const keys = new Set(wanted.map(keyOf));
    for (const [key, running] of this.running) if (!keys.has(key)) running.abort();
    this.start();
  }

  stop() {
    this.want([]);
    this.stopped = true;
  }

  private start() {
    if (this.stopped) return;
    for (const each of this.wanted) {
      if (this.running.size >= atOnce) return;
      if (!this.running.has(keyOf(each))) void this.run(each);
    }
  }

  private async run(each: Wanted) {
    const key = keyOf(each);
    const control = new AbortController();
    this.running.set(key, control);
    try {
      await this.read(each.file, each.block, control.signal);
      this.error = null;
    } catch (error) {
      if (!control.signal.aborted) {
        this.error = error as Error;
        this.changed();
        const wait = error instanceof Refusal ? longPause : pause; // it may not be refused for ever: one signs in again
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    } finally {
      this.running.delete(key);
    }
    if (!control.signal.aborted) this.wanted = this.wanted.filter((other) => keyOf(other) !== key);
    this.changed(); // who still lacks something says so when it is drawn
    this.start();
  }
}

function keyOf({ file, block }: Wanted): string {
  return `${file}/${block}`;
}
