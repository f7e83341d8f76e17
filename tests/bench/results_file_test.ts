import { deepStrictEqual, equal } from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readResults, writeSections } from "../../bench/results_file.ts";

const MEASURED = { date: "", cpu: "a", cores: 1, versions: {} };

Deno.test("writeSections() replaces what was measured again and keeps the rest", async () => {
  const folder = await mkdtemp(join(tmpdir(), "results-"));
  const path = join(folder, "new", "file.json");
  try {
    equal(await readResults(path), undefined);
    await writeSections(path, { pairs: MEASURED, threads: MEASURED });
    await writeSections(path, { pairs: { ...MEASURED, cpu: "b" } });
    deepStrictEqual(await readResults(path), {
      pairs: { ...MEASURED, cpu: "b" },
      threads: MEASURED,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
