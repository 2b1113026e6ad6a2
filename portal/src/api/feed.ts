/** Streams of the server's events that come back by themselves.

A browser opens six connections to a server and no more, over all its tabs. So a tab that nobody sees closes its
streams after a while, and opens them again when it is shown. */

export type FeedState = "connecting" | "live" | "lost";

export interface Feed {
  /** Where to listen; asked anew at each connection, so that it can say from where to go on. */
  url: () => string;
  /** What to do at each kind of event. The server's `end` closes the feed for good, after its handler. */
  on: Record<string, (data: string, id: string) => void>;
  onState?: (state: FeedState) => void;
  /** Without an event for so long, ms, the connection counts as lost. */
  silence?: number;
}

const pauses = [500, 1000, 2000, 4000, 8000, 15_000]; // ms before each next try
const hiddenFor = 20_000; // ms until a tab that is not seen stops listening

/** Listen, until the returned function is called. */
export function openFeed(feed: Feed): () => void {
  const listening = new Listening(feed);
  return () => listening.close();
}

class Listening {
  private readonly feed: Feed;
  private source: EventSource | null = null;
  private failures = 0;
  private retry = 0;
  private quiet = 0;
  private hide = 0;
  private closed = false;

  constructor(feed: Feed) {
    this.feed = feed;
    document.addEventListener("visibilitychange", this.onVisibility);
    addEventListener("online", this.onOnline);
    this.connect();
  }

  close() {
    this.closed = true;
    this.disconnect();
    clearTimeout(this.hide);
    document.removeEventListener("visibilitychange", this.onVisibility);
    removeEventListener("online", this.onOnline);
  }

  private connect() {
    this.disconnect();
    const source = new EventSource(this.feed.url());
    this.source = source;
    source.onopen = () => {
      this.failures = 0;
      this.feed.onState?.("live");
      this.expectMore();
    };
    source.onerror = () => this.lose();
    for (const [kind, handle] of Object.entries(this.feed.on)) {
      source.addEventListener(kind, (event) => {
        this.expectMore();
        handle(event.data, event.lastEventId);
      });
    }
    source.addEventListener("end", () => this.close());
  }

  private disconnect() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.retry);
    clearTimeout(this.quiet);
  }

  private lose() {
    this.disconnect();
    if (this.closed) return;
    this.feed.onState?.("lost");
    const pause = pauses[Math.min(this.failures, pauses.length - 1)] ?? 0;
    this.failures += 1;
    this.retry = window.setTimeout(() => this.connect(), pause * (0.75 + Math.random() / 2));
  }

  private expectMore() {
    if (this.feed.silence === undefined) return;
    clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => this.lose(), this.feed.silence);
  }

  private readonly onVisibility = () => {
    clearTimeout(this.hide);
    if (document.hidden) {
      this.hide = window.setTimeout(() => this.disconnect(), hiddenFor);
    } else if (this.source === null) {
      this.feed.onState?.("connecting");
      this.connect();
    }
  };

  private readonly onOnline = () => {
    if (this.source === null && !document.hidden) this.connect();
  };
}
