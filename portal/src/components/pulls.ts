interface Pull {
  doneBytes: number;
  totalBytes: number;
  layersDone: number;
  layersTotal: number;
}

/** How much of a pull has come, in per cent: of its bytes, of its layers while those are not known; null before. */
export function percentPulled({ doneBytes, totalBytes, layersDone, layersTotal }: Pull): number | null {
  const [done, total] = totalBytes > 0 ? [doneBytes, totalBytes] : [layersDone, layersTotal];
  return total > 0 ? Math.min(Math.floor((100 * done) / total), 100) : null;
}
