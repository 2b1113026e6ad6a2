/** Does something at once, and then no more often than every `pause` ms, however often it is asked for. */
export class Throttle {
  private readonly act: () => void;
  private readonly pause: number;
  private timer = 0;
  private again = false;

  constructor(act: () => void, pause: number) {
    this.act = act;
    this.pause = pause;
  }

  ask() {
    if (this.timer !== 0) {
      this.again = true;
      return;
    }
    this.act();
    this.timer = window.setTimeout(() => this.rested(), this.pause);
  }

  /** Does at once what is still to be done. */
  finish() {
    clearTimeout(this.timer);
    this.rested();
  }

  private rested() {
    this.timer = 0;
    if (!this.again) return;
    this.again = false;
    this.ask();
  }
}
