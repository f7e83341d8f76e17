/** A value at a step. */
export interface CurvePoint {
  /** Updates done. */
  readonly step: number;
  /** What was measured. */
  readonly value: number;
}

/**
 * At most `limit` points: means over runs of equally many neighbours, so that a
 * long run stays a small page. Values that are not finite are left out; a run
 * of nothing else gives no point.
 */
export function thinPoints(
  points: readonly CurvePoint[],
  limit: number,
): readonly CurvePoint[] {
  const size = Math.max(1, Math.ceil(points.length / limit));
  const thinned: CurvePoint[] = [];
  for (let begin = 0; begin < points.length; begin += size) {
    const finite = points.slice(begin, begin + size)
      .filter(({ value }) => Number.isFinite(value));
    if (finite.length === 0) continue;
    const mean = (of: (point: CurvePoint) => number) =>
      finite.reduce((sum, point) => sum + of(point), 0) / finite.length;
    thinned.push({ step: mean((p) => p.step), value: mean((p) => p.value) });
  }
  return thinned;
}
