import { deepStrictEqual, equal } from "node:assert/strict";
import { countTests, formatCounts } from "./_junit.ts";

// What `deno test` writes; text inside a message is escaped there.
const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.095">
    <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1">
        <testcase name="one" classname="./a_test.ts" line="1" col="6">
        </testcase>
        <testcase name="one &gt; step" classname="./a_test.ts" line="1" col="9">
        </testcase>
        <testcase name="two (skipped: no GPU)" classname="./a_test.ts">
            <skipped/>
        </testcase>
        <testcase name="three" classname="./a_test.ts" line="3" col="6">
            <failure message="Error">&lt;failure&gt; &lt;skipped/&gt;</failure>
        </testcase>
    </testsuite>
</testsuites>`;

Deno.test("countTests() tells passed, failed and skipped cases apart", () => {
  const counts = { passed: 2, failed: 1, skipped: 1 };
  deepStrictEqual(countTests(REPORT), counts);
  deepStrictEqual(countTests(""), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("formatCounts() leaves out that nothing was skipped", () => {
  const counts = { passed: 2, failed: 1, skipped: 3 };
  equal(formatCounts(counts), "2 passed, 1 failed, 3 skipped");
  equal(formatCounts({ ...counts, skipped: 0 }), "2 passed, 1 failed");
});
