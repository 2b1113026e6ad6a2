import { useLayoutEffect, useRef, useState } from "react";

const sample = 100; // characters

/** How much there is room for in what scrolls: pixels, and a character's width. `probe` holds 100 characters. */
export function useMeasure() {
  const box = useRef<HTMLElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0, character: 8 });

  useLayoutEffect(() => {
    const observed = box.current;
    if (!observed) return;
    const measure = () =>
      setSize({
        width: observed.clientWidth,
        height: observed.clientHeight,
        character: (probe.current?.getBoundingClientRect().width ?? 0) / sample || 8,
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(observed);
    return () => observer.disconnect();
  }, []);

  return { box, probe, text: "0".repeat(sample), ...size };
}
