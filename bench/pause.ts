import { setTimeout } from "node:timers/promises";

/**
 * Waits between two sides that take turns: idle worker threads of one spin for
 * a while and would slow the other.
 */
export async function pause(): Promise<void> {
  await setTimeout(50);
}
