/**
 * One thing at a time, the latest of each kind.
 */

/**
 * Runs what is asked for, one after the other. What is asked for again before
 * its turn runs once; while it runs, it runs once more: so a match follows a
 * point that moves faster than it is matched.
 *
 * @param work What runs; must not fail.
 * @returns Asks for it.
 */
export function pump<Key>(
  work: (key: Key) => Promise<void>,
): (key: Key) => void {
  const waiting = new Set<Key>();
  const state = { isRunning: false };
  const run = async (): Promise<void> => {
    state.isRunning = true;
    for (const key of waiting) {
      waiting.delete(key);
      await work(key);
    }
    state.isRunning = false;
  };
  return (key) => {
    waiting.add(key);
    if (!state.isRunning) void run();
  };
}
