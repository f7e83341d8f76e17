/** A temperature for people: four digits behind the point, or two that count where those would hide it. */
export function formatBeta(beta: number): string {
  return Math.abs(beta) >= 0.001 || beta === 0
    ? beta.toFixed(4)
    : beta.toPrecision(2);
}
