import { deepStrictEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { evaluateCommand } from "../../examples/_evaluate_options.ts";
import { trainCommand } from "../../examples/_train_options.ts";
import { serveBytes, withServer } from "../data/_file_server.ts";
import {
  FOLDER,
  KPS,
  picture,
  TEST,
  TRAIN,
  writePascal,
} from "../data/_pascal.ts";
import { inFolder } from "./_helpers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

async function data(...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=data", "--no-check", "examples/data.ts", ...args],
    cwd: ROOT,
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  ) as [string, string];
  return { code, out, err };
}

Deno.test("data check prints what it found, as a table and as JSON", () =>
  inFolder(async (folder) => {
    await writePascal(folder, {
      "trn_pairs.csv": TRAIN,
      "test_pairs.csv": TEST,
    });
    const seen = await data("check", folder, "--format", "pf-pascal");
    equal(seen.code, 0, seen.err);
    match(seen.out, /^trn +3 +2940 +2 +1 +3 +6$/m);
    match(seen.out, /^warning: test: 1 of 1 test pairs .* are in trn too/m);
    const json = await data("check", folder, "--format", "pf-pascal", "--json");
    equal(JSON.parse(json.out).leaks[0].leakedPairs.length, 1);
    await Deno.remove(join(folder, FOLDER, "JPEGImages/2008_000003.jpg"));
    const broken = await data("check", folder, "--format", "pf-pascal");
    equal(broken.code, 1);
    match(broken.out, /^error: trn: 1 of 3 pictures are missing$/m);
  }));

Deno.test("data check ends with an error where not one picture is there", () =>
  inFolder(async (folder) => {
    await writePascal(folder, { "trn_pairs.csv": TRAIN });
    for (const name of Object.keys(KPS)) {
      await Deno.remove(join(folder, FOLDER, "JPEGImages", `${name}.jpg`));
    }
    const bare = await data("check", folder, "--format", "pf-pascal");
    equal(bare.code, 1);
    equal(
      bare.out.trimEnd().split("\n").at(-1),
      `error: not one picture is in ${folder}: only lists were checked`,
    );
    const json = await data("check", folder, "--format", "pf-pascal", "--json");
    equal(json.code, 1);
    equal(JSON.parse(json.out).splits[0].images, 3);
  }));

Deno.test("data download brings what data check then reads", () =>
  inFolder(async (folder) => {
    const images = Object.keys(KPS).map((name) =>
      [`${FOLDER}/JPEGImages/${name}.jpg`, picture(1)] as const
    );
    const archives: Record<string, Uint8Array> = {
      "/PF-dataset-PASCAL.zip": zipSync(Object.fromEntries(images)),
      "/pf-pascal_image_pairs.zip": zipSync({
        "test_pairs.csv": new TextEncoder().encode(TEST),
      }),
    };
    await withServer(
      (request, path) => serveBytes(request, Uint8Array.from(archives[path]!)),
      async (mirror) => {
        const got = await data(
          "download",
          "pf-pascal",
          folder,
          "--mirror",
          mirror,
        );
        equal(got.code, 0, got.err);
        match(
          got.out,
          /^PF-dataset-PASCAL\.zip: \d+ bytes, SHA-256 [0-9a-f]{64}$/m,
        );
        match(got.out, /^next: deno task data check .* --format pf-pascal$/m);
        match(got.err, /terms apply/);
      },
    );
    const seen = await data("check", folder, "--format", "pf-pascal");
    equal(seen.code, 0, seen.out);
    match(seen.out, /^test +1 +299 +1 +0 +2 +2$/m);
  }));

Deno.test("data names arguments that are wrong", async () => {
  const cases: [readonly string[], RegExp][] = [
    [["check", "x"], /required option '--format <layout>' not specified/],
    [
      ["check", "x", "--format", "coco"],
      /Allowed choices are spair, pf-pascal/,
    ],
    [
      ["check", "no/such", "--format", "spair"],
      /trn\.txt: must be a readable file/,
    ],
    [["check", "x", "--format", "tss", "--every-pixels", "-1"], /whole number/],
    [
      ["download", "coco", "x"],
      /unknown data set coco: give one of spair, pf-pascal/,
    ],
    [["download", "spair"], /missing required argument 'folder'/],
    [["upload"], /unknown command 'upload'/],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await data(...args);
    equal(code, 1);
    match(err, message);
  }
});

Deno.test("train and evaluate hand choices on reading to the reader", () => {
  const { sets } = evaluateCommand([
    ...["--data", "x", "--format", "tss", "--every-pixels", "8"],
    ...["--checkpoint", "y"],
  ]);
  deepStrictEqual(sets, [
    { data: "x", format: "tss", split: "test", everyPixels: 8 },
  ]);
  const { config } = trainCommand([
    ...["--data", "x", "--format", "pf-pascal", "--one-based", "shift"],
    ...["--mirror-rule", "offByOne", "--augment", "mirror,crop"],
  ], new Date(0));
  deepStrictEqual(config.reading, {
    oneBased: "shift",
    mirrorRule: "offByOne",
  });
  deepStrictEqual(config.augment, ["mirror", "crop"]);
  deepStrictEqual([config.trainSplit, config.validationSplit], ["trn", "val"]);
});
