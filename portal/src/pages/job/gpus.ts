/** Indices of the set bits, as `containerGpus` has them: a machine may have more than 32 GPUs. */
export function gpuIndices(bits: number | null): number[] {
  const found: number[] = [];
  for (let rest = bits ?? 0, index = 0; rest > 0; rest = Math.floor(rest / 2), index += 1) {
    if (rest % 2 === 1) found.push(index);
  }
  return found;
}

/** Ascending numbers in short: "0–3, 5". */
export function ranges(numbers: number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}
