import { setTimeout } from "node:timers/promises";

/**
 * Waits between two sides that take turns: idle worker threads of one spin for
 * a while and would slow the other.
 *
 * @param ms How long, in milliseconds.
 */
export async function pause(ms = 50): Promise<void> {
  await setTimeout(ms);
}
