/** Indices of the set bits, as `containerGpus` has them: a machine may have more than 32 GPUs. */
export function gpuIndices(bits: number | null): number[] {
  const found: number[] = [];
  for (let rest = bits ?? 0, index = 0; rest > 0; rest = Math.floor(rest / 2), index += 1) {
    if (rest % 2 === 1) found.push(index);
  }
  return found;
}
