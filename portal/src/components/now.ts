import { useEffect, useState } from "react";

const fresh = 1000; // ms

/** The time, anew every `step` ms; with null it stands still. */
export function useNow(step: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (step === null) return;
    setNow((before) => (Date.now() - before < fresh ? before : Date.now())); // it may have stood still till now
    const timer = setInterval(() => setNow(Date.now()), step);
    return () => clearInterval(timer);
  }, [step]);
  return now;
}
