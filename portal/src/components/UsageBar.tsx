import classes from "./UsageBar.module.css";

export interface Usage {
  total: number;
  used: number;
  opportunistic: number;
  bad: number;
  free: number;
}

/** A bar of what is used, used for the time being, bad and free. The numbers must stand beside it: it says no more. */
export function UsageBar({ usage }: { usage: Usage }) {
  const whole = Math.max(usage.used + usage.opportunistic + usage.bad + usage.free, 1);
  return (
    <svg className={classes.bar} viewBox={`0 0 ${whole} 1`} preserveAspectRatio="none" aria-hidden>
      <rect className={classes.used} width={usage.used} height={1} />
      <rect className={classes.opportunistic} x={usage.used} width={usage.opportunistic} height={1} />
      <rect className={classes.bad} x={usage.used + usage.opportunistic} width={usage.bad} height={1} />
    </svg>
  );
}
