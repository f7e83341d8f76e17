/** How many tests and steps of tests ended in which way. */
export interface TestCounts {
  /** Ended well. */
  readonly passed: number;
  /** Threw. */
  readonly failed: number;
  /** Did not run, with the reason in their names. */
  readonly skipped: number;
}

/** Counts the cases of a report written by `deno test --junit-path`. */
export function countTests(xml: string): TestCounts {
  const count = (tag: RegExp): number => xml.match(tag)?.length ?? 0;
  const failed = count(/<failure\b/g);
  const skipped = count(/<skipped\b/g);
  return { passed: count(/<testcase\b/g) - failed - skipped, failed, skipped };
}

/** The closing line: `3 passed, 0 failed`, or with `, 1 skipped` behind. */
export function formatCounts({ passed, failed, skipped }: TestCounts): string {
  const counts = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? counts : `${counts}, ${skipped} skipped`;
}
