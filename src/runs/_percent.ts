/** A share as a percentage of one decimal, without its sign. */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}
