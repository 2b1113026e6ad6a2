import { useTranslation } from "react-i18next";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How times, spans and sizes are written in a language. Times and spans are ms. */
export class Format {
  private readonly language: string;
  private readonly moments: Intl.DateTimeFormat;
  private readonly clocks: Intl.DateTimeFormat;
  private readonly numbers: Intl.NumberFormat;
  private readonly relative: Intl.RelativeTimeFormat;
  private readonly units = new Map<string, Intl.NumberFormat>();

  constructor(language: string) {
    this.language = language;
    this.moments = new Intl.DateTimeFormat(language, {
      dateStyle: "medium",
      timeStyle: "medium",
      hourCycle: "h23",
    });
    this.clocks = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
    this.numbers = new Intl.NumberFormat(language);
    this.relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  }

  /** Day and time, as the reader's own clock shows it. */
  moment(time: number): string {
    return this.moments.format(time);
  }

  /** The time of the day. */
  clock(time: number): string {
    return this.clocks.format(time);
  }

  /** The same in UTC, to be compared between people and with logs. */
  utc(time: number): string {
    return new Date(time)
      .toISOString()
      .replace("T", " ")
      .replace(/\.\d+Z/, " UTC");
  }

  /** How long ago, roughly: "5 minutes ago". */
  ago(time: number, now: number): string {
    const past = time - now;
    if (Math.abs(past) < minute) return this.relative.format(Math.round(past / second), "second");
    if (Math.abs(past) < hour) return this.relative.format(Math.round(past / minute), "minute");
    if (Math.abs(past) < day) return this.relative.format(Math.round(past / hour), "hour");
    return this.relative.format(Math.round(past / day), "day");
  }

  /** A span in its two largest units: "1 h 5 min". */
  span(length: number): string {
    const whole = Math.max(0, Math.floor(length / second));
    const parts: [number, string][] = [
      [Math.floor(whole / 86_400), "day"],
      [Math.floor(whole / 3600) % 24, "hour"],
      [Math.floor(whole / 60) % 60, "minute"],
      [whole % 60, "second"],
    ];
    const first = parts.findIndex(([count]) => count > 0);
    const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([count]) => count > 0);
    return shown.map(([count, unit]) => this.unit(count, unit)).join(" ");
  }

  /** A size in bytes, in the unit that fits: "1.5 GB". */
  bytes(size: number): string {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    const power = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), units.length - 1);
    return this.unit(size / 1000 ** power, units[power] ?? "byte");
  }

  number(value: number): string {
    return this.numbers.format(value);
  }

  private unit(value: number, unit: string): string {
    const digits = value < 10 && unit.endsWith("byte") && unit !== "byte" ? 1 : 0;
    const kind = `${unit} ${digits}`;
    const known = this.units.get(kind);
    if (known) return known.format(value);
    const made = new Intl.NumberFormat(this.language, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    });
    this.units.set(kind, made);
    return made.format(value);
  }
}

const formats = new Map<string, Format>();

/** How things are written in a language. Made once: that takes longer than to draw a row of a table. */
function formatOf(language: string): Format {
  const known = formats.get(language);
  if (known) return known;
  const made = new Format(language);
  formats.set(language, made);
  return made;
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  return formatOf(i18n.language);
}
