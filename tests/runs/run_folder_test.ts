import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import { createRunFolder, runFiles } from "../../src/runs/run_folder.ts";
import { inFolder, left, right } from "./_helpers.ts";

Deno.test("runFiles() names the files, with and without a slash at the end", () => {
  deepStrictEqual(runFiles("a/b"), {
    folder: "a/b",
    config: "a/b/config.json",
    log: "a/b/log.jsonl",
    best: "a/b/best.safetensors",
    last: "a/b/last.safetensors",
    report: "a/b/report.html",
  });
  equal(runFiles("a/b/").config, "a/b/config.json");
  equal(runFiles("/").config, "/config.json");
  throws(() => runFiles(""), OptionError);
});

Deno.test("createRunFolder() makes parents and leaves other files alone", () =>
  inFolder(async (folder) => {
    const files = right(await createRunFolder(`${folder}/x/y`)());
    ok((await Deno.stat(files.folder)).isDirectory);
    await Deno.writeTextFile(`${folder}/x/y/notes.txt`, "mine");
    right(await createRunFolder(`${folder}/x/y`)());
    equal(await Deno.readTextFile(`${folder}/x/y/notes.txt`), "mine");
  }));

Deno.test("createRunFolder() refuses a folder with any file of a run", async (t) => {
  for (const name of ["config", "log", "best", "last", "report"] as const) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        const file = runFiles(folder)[name];
        await Deno.writeTextFile(file, "kept");
        const error = left(await createRunFolder(folder)());
        ok(error._tag === "RunExists");
        equal(`${folder}/${error.found}`, file);
        ok(error.message.includes("--resume"));
        ok(error.message.includes("another --out"));
        equal(await Deno.readTextFile(file), "kept");
      }));
  }
});

Deno.test("createRunFolder() names a path that is a file", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/taken`, "");
    const error = left(await createRunFolder(`${folder}/taken`)());
    ok(error._tag === "MalformedFile");
    equal(error.file, `${folder}/taken`);
  }));
