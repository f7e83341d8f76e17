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
