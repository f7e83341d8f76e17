// Every study in its tiny configuration: it runs, and says what it should.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createBackend } from "../../../src/runs/create_backend.ts";
import { tinySettings } from "../../../src/runs/studies/drawn_settings.ts";
import { runStudy } from "../../../src/runs/studies/run_study.ts";
import { STUDIES } from "../../../src/runs/studies/studies.ts";
import { writeStudy } from "../../../src/runs/studies/write_study.ts";
import { right } from "../_helpers.ts";

const native = await createBackend("onnx-cpu")();
const out = await Deno.makeTempDir();
const settings = tinySettings(`${out}/drawn`);

Deno.test.afterAll(async () => {
  if (native._tag === "Right") await native.right.close();
  await Deno.remove(out, { recursive: true });
});

for (const study of STUDIES) {
  const ignore = native._tag === "Left";
  const reason = ignore ? ` (skipped: ${native.left.missing})` : "";
  Deno.test({
    name: `study ${study.name} runs in its tiny configuration${reason}`,
    ignore,
    fn: async () => {
      const backend = right(native);
      const told = study.budget?.(settings) ?? settings;
      const results = right(
        await runStudy(backend, { study, settings: told }, { out })(),
      );
      deepStrictEqual(
        Object.keys(results),
        study.runs(told).map(({ key }) => key),
      );
      for (const [key, outcome] of Object.entries(results)) {
        const why = outcome.kind === "failed" ? outcome.message : "";
        strictEqual(outcome.kind, "done", `${key}: ${why}`);
      }
      const subject = {
        study,
        settings: told,
        results,
        backend: backend.name,
      };
      const files = right(await writeStudy(subject, out)());
      const { columns, rows } = files.page.table;
      ok(rows.length > 0);
      for (const row of rows) {
        strictEqual(row.length, columns.length);
        for (const cell of row) {
          ok(!/NaN|undefined/.test(String(cell)), cell as string);
        }
      }
      const svg = await Deno.readTextFile(files.figure);
      match(svg, /^<svg [^]*<\/svg>\n$/);
      ok(!/NaN|undefined/.test(svg.replaceAll(/base64,[^"]*/g, "")));
      const texts = svg.replaceAll(/base64,[^"]*/g, "").match(/>[^<]+</g) ?? [];
      for (const text of texts) ok(!/…|\de[+−-]?\d/.test(text), text);
      const json = JSON.parse(await Deno.readTextFile(files.json));
      strictEqual(json.name, study.name);
      match(await Deno.readTextFile(files.table), /^# .*\n[^]*\| ---/);
    },
  });

  Deno.test(`study ${study.name} shows which runs are missing`, () => {
    const told = study.budget?.(settings) ?? settings;
    const failed = { kind: "failed", message: "of no consequence" } as const;
    const results = Object.fromEntries(
      study.runs(told).map(({ key }) => [key, failed]),
    );
    // With nothing done there is still a page, and no number on it.
    const { table } = study.page(results, told);
    ok(!JSON.stringify(table.rows).includes("NaN"));
  });
}

Deno.test("studies have names of their own, and runs have keys of their own", () => {
  const names = STUDIES.map(({ name }) => name);
  strictEqual(new Set(names).size, names.length);
  for (const study of STUDIES) {
    const keys = study.runs(study.budget?.(settings) ?? settings)
      .map(({ key }) => key);
    strictEqual(new Set(keys).size, keys.length, study.name);
  }
});

Deno.test("study backbones gives each its weights, a size that it reads and its rule", () => {
  const told = {
    ...settings,
    base: {
      ...settings.base,
      backbone: "resnet18",
      weights: "18.pth",
      size: 256,
    },
    backbones: ["resnet18", "dinov2-vits14", "dino-vitb8"],
    backboneWeights: { "dinov2-vits14": "v2.pth" },
  };
  const study = STUDIES.find(({ name }) => name === "backbones")!;
  deepStrictEqual(
    study.runs(told).map(({ key, config, evaluations }) => [
      key,
      config.weights,
      config.size,
      config.coordinates,
      Object.entries(evaluations).map(([name, { size }]) => [name, size]),
    ]),
    [
      ["resnet18-last", "18.pth", 256, "simple", [["drawn", 256]]],
      ["resnet18-full", "18.pth", 256, "simple", [["drawn", 256]]],
      // 252 is 18 patches of 14.
      ["dinov2-vits14-last", "v2.pth", 252, "center", [["drawn", 252]]],
      ["dinov2-vits14-full", "v2.pth", 252, "center", [["drawn", 252]]],
      ["dino-vitb8-last", null, 256, "center", [["drawn", 256]]],
      ["dino-vitb8-full", null, 256, "center", [["drawn", 256]]],
    ],
  );
  match(study.page({}, told).table.caption!, /^dino-vitb8: from random/);
});

Deno.test("studies of both scopes take the rate of each where there are two", () => {
  const rates = { last: 1e-4, full: 2e-5 };
  for (const name of ["transfer", "backbones"]) {
    const study = STUDIES.find((each) => each.name === name)!;
    const of = (told: typeof settings) =>
      study.runs({ ...told, backbones: ["tiny"] })
        .map(({ config }) => [config.scope, config.learningRate]);
    deepStrictEqual(of({ ...settings, rates }), [["last", 1e-4], [
      "full",
      2e-5,
    ]]);
    const { learningRate } = settings.base;
    deepStrictEqual(of(settings), [["last", learningRate], [
      "full",
      learningRate,
    ]]);
  }
});

Deno.test("study transfer judges on drawings of another kind too", () => {
  const study = STUDIES.find(({ name }) => name === "transfer")!;
  const { drawings, tests } = study.budget!(settings);
  deepStrictEqual(tests.map(({ name }) => name), ["drawn", "drawn otherwise"]);
  strictEqual(drawings[1]!.root, tests[1]!.data);
  // Data of one's own is left as it is.
  const own = { ...settings, drawings: [] };
  strictEqual(study.budget!(own), own);
});
