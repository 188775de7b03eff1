/** A point of a run: so much was done, for so much. */
export interface Point {
  readonly done: number;
  readonly cost: number;
}

/**
 * What one more unit costs, by least squares: start-up and what is in hand at either end do not count.
 * Null when fewer than three points differ.
 */
export function slopeOf(points: readonly Point[]): number | null {
  if (new Set(points.map(({ done }) => done)).size < 3) return null;
  const mean = (read: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + read(point), 0) / points.length;
  const [done, cost] = [mean((point) => point.done), mean((point) => point.cost)];
  const spread = points.reduce((sum, point) => sum + (point.done - done) ** 2, 0);
  const together = points.reduce((sum, point) => sum + (point.done - done) * (point.cost - cost), 0);
  return together / spread;
}
