import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Backend } from "../../../src/backends/backend.ts";
import type { OpaqueTensor } from "../../../src/runs/create_backend.ts";
import { fixedConfig, simscRun } from "../../../src/runs/studies/_models.ts";
import { tinySettings } from "../../../src/runs/studies/drawn_settings.ts";
import {
  runStudy,
  type RunStudyOptions,
} from "../../../src/runs/studies/run_study.ts";
import type {
  RunDone,
  Study,
  StudyRun,
  StudySettings,
} from "../../../src/runs/studies/study.ts";
import { left, right } from "../_helpers.ts";
import { nativeTests } from "../_native_tests.ts";
import { fakeStudy } from "./_fake_study.ts";

const { folder, onNative } = await nativeTests();
const settings = tinySettings(`${folder}/drawn`);

const SIMSC = fakeStudy((told) => [simscRun(told)]);

/** SimSC before or after a run whose weights are not there. */
const BROKEN = fakeStudy((told) => {
  const missing: StudyRun = {
    ...simscRun(told),
    key: "missing",
    label: "missing",
    config: { ...fixedConfig(told, 1), weights: `${folder}/none.safetensors` },
  };
  return [missing, simscRun(told)];
});

function run(
  backend: Backend<OpaqueTensor>,
  study: Study,
  options: RunStudyOptions,
  change: Partial<StudySettings> = {},
) {
  return runStudy(
    backend,
    { study, settings: { ...settings, ...change } },
    options,
  )();
}

/** Files below a folder with their times: equal where nothing was written. */
async function stamps(root: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const entry of Deno.readDir(root)) {
    const path = `${root}/${entry.name}`;
    if (entry.isDirectory) Object.assign(found, await stamps(path));
    else found[path] = (await Deno.stat(path)).mtime?.getTime() ?? 0;
  }
  return found;
}

onNative("runStudy() trains and evaluates, once", async (be) => {
  const out = `${folder}/once`;
  const before = be.memory().tensors;
  const first = right(await run(be, SIMSC, { out }));
  strictEqual(be.memory().tensors, before, "tensors left behind");
  const { kind, log, scores } = first["simsc"] as RunDone;
  strictEqual(kind, "done");
  // 8 pairs in batches of 4.
  deepStrictEqual(
    log.filter((row) => row.kind === "step").map(({ step }) => step),
    [1, 2],
  );
  strictEqual(scores["auto"]!.pairs, 8);
  const written = await stamps(out);
  const again = right(await run(be, SIMSC, { out }));
  deepStrictEqual(again, first);
  deepStrictEqual(await stamps(out), written);
});

onNative("runStudy() trains anew what is told otherwise", async (be) => {
  const out = `${folder}/otherwise`;
  right(await run(be, SIMSC, { out }));
  const base = { ...settings.base, seed: 1 };
  right(await run(be, SIMSC, { out }, { base }));
  const runs = [...Deno.readDirSync(`${out}/runs`)];
  strictEqual(runs.length, 2);
});

onNative("runStudy() loses only the run that fails", async (be) => {
  const out = `${folder}/fails`;
  const notes: string[] = [];
  const results = right(
    await run(be, BROKEN, {
      out,
      onProgress: (event) => event.kind === "note" && notes.push(event.text),
    }),
  );
  strictEqual(results["simsc"]!.kind, "done");
  const failed = results["missing"]!;
  ok(failed.kind === "failed");
  match(failed.message, /none\.safetensors/);
  ok(notes.some((text) => text.includes("1/2 missing failed")), notes.join());
  const [record] = [...Deno.readDirSync(`${out}/runs`)]
    .filter(({ name }) => name.endsWith(".failed.json"));
  const kept = JSON.parse(
    await Deno.readTextFile(`${out}/runs/${record!.name}`),
  );
  strictEqual(kept.message, failed.message);
  strictEqual(kept.run, "missing");
});

onNative("runStudy() loses only the run that throws", async (be) => {
  const study = fakeStudy((told) => [
    { ...simscRun(told), key: "thrown", maps: undefined as never },
    { ...simscRun(told), key: "odd", config: { ...told.base, backbone: "?" } },
  ]);
  const results = right(await run(be, study, { out: `${folder}/throws` }));
  strictEqual(results["thrown"]!.kind, "done");
  strictEqual(results["odd"]!.kind, "failed");
});

onNative("runStudy() goes on after a stop to the same numbers", async (be) => {
  const timeless = (results: Awaited<ReturnType<typeof run>>) => {
    const done = right(results)["simsc"] as RunDone;
    return {
      scores: done.scores,
      log: done.log.map((row) => ({ ...row, ms: 0 })),
    };
  };
  const whole = timeless(await run(be, SIMSC, { out: `${folder}/once` }));
  const out = `${folder}/stopped`;
  const controller = new AbortController();
  const stopped = await run(be, SIMSC, {
    out,
    signal: controller.signal,
    onProgress: (event) => {
      if ("label" in event && /step$/.test(event.label)) controller.abort();
    },
  });
  strictEqual(left(stopped)._tag, "Aborted");
  deepStrictEqual(timeless(await run(be, SIMSC, { out })), whole);
});

onNative("runStudy() refuses data that is not there first", async (be) => {
  const out = `${folder}/nothing`;
  const [test] = settings.tests;
  const error = left(
    await run(be, SIMSC, { out }, {
      tests: [test!, { ...test!, data: `${folder}/gone` }],
    }),
  );
  strictEqual(error._tag, "MissingFile");
  ok(!(await Deno.stat(out).then(() => true, () => false)));
});
