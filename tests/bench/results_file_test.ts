import { deepStrictEqual, equal } from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  readResults,
  resultsPath,
  resultsTarget,
  writeSections,
} from "../../bench/results_file.ts";

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

Deno.test("resultsTarget() publishes what was measured as a whole", () => {
  const path = (json: string | undefined, isWhole: boolean) =>
    resultsTarget("peers.json", { json, isWhole });
  equal(path(undefined, true), resultsPath("peers.json"));
  equal(path(undefined, false), undefined);
  equal(path("mine.json", false), "mine.json");
  equal(path("mine.json", true), "mine.json");
});
