import { useEffect, useState } from "react";

/** The time, anew every `step` ms; with null it stands still. */
export function useNow(step: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (step === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), step);
    return () => clearInterval(timer);
  }, [step]);
  return now;
}
