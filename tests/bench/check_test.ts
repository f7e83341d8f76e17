import { equal, match } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import peers from "../../bench/results/peers.json" with { type: "json" };
import { runTask } from "./_run_task.ts";

const COMMAND = fileURLToPath(new URL("../../bench/check.ts", import.meta.url));

/** Runs the command on what was published and a changed copy of it. */
async function check(
  change: (ratio: number) => number,
): Promise<{ readonly code: number; readonly said: string }> {
  const folder = await mkdtemp(join(tmpdir(), "check-"));
  try {
    const files = ["earlier.json", "later.json"].map((n) => join(folder, n));
    const [row, ...rest] = peers.rows;
    const later = [{ ...row, ratio: change(row?.ratio ?? NaN) }, ...rest];
    await writeFile(files[0]!, JSON.stringify(peers));
    await writeFile(files[1]!, JSON.stringify({ ...peers, rows: later }));
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-read", COMMAND, ...files],
      env: { NO_COLOR: "1" },
    }).output();
    return { code, said: new TextDecoder().decode(stderr) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

Deno.test("bench:check ends with 1 and names a ratio that is worse by 16 %", async () => {
  const { code, said } = await check((ratio) => 1.16 * ratio);
  equal(code, 1);
  match(said, new RegExp(`^worse: ${peers.rows[0]?.case}: `));
});

Deno.test("bench:check ends well where a ratio is worse by 14 %", async () => {
  const { code, said } = await check((ratio) => 1.14 * ratio);
  equal(said, "");
  equal(code, 0);
});

Deno.test("bench:check refuses another number of files", async () => {
  const { code, err } = await runTask("bench:check", "one.json");
  match(err, /^error: two files must be given, EARLIER and LATER: got 1$/m);
  equal(code, 2);
});
