import {
  deepStrictEqual,
  equal,
  match,
  ok,
  rejects,
  throws,
} from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { OptionError } from "../../src/core/errors.ts";
import { checkData } from "../../src/data/check_data.ts";
import type { CheckProgress } from "../../src/data/data_report.ts";
import { writeAtomic } from "../../src/data/files.ts";
import { left, right, withFolder } from "./_helpers.ts";
import { matFile } from "./_mat.ts";
import { FOLDER, picture, TEST, TRAIN, writePascal } from "./_pascal.ts";

const LISTS = { "trn_pairs.csv": TRAIN, "test_pairs.csv": TEST };
const PASCAL = { format: "pf-pascal" } as const;

Deno.test("checkData() counts rows, pairs, pictures and keypoints", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const { splits, format } = right(await checkData(root, PASCAL)());
    equal(format, "pf-pascal");
    const counts = { pairs: 3, images: 3, keypoints: 6 };
    deepStrictEqual(splits[0], {
      split: "trn",
      ...counts,
      distinctPairs: 2,
      mirrored: 1,
      publicPairs: 2940,
      choices: {
        list: "trn_pairs.csv",
        keypoints: "mat",
        oneBased: "keep",
        mirrorRule: "exact",
      },
      categories: [{ category: "bus", ...counts }],
    });
    deepStrictEqual(splits.map(({ split }) => split), ["trn", "test"]);
    equal(splits[1]!.keypoints, 2);
  }));

Deno.test("checkData() finds a planted leak, and what else differs from the public set", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const { leaks, findings } = right(await checkData(root, PASCAL)());
    deepStrictEqual(leaks, [{
      seen: "trn",
      judged: "test",
      leakedPairs: ["000001-2008_000001-2008_000002:bus"],
      pairs: 1,
      sharedImages: ["2008_000001", "2008_000002"].map((name) =>
        join(root, FOLDER, "JPEGImages", `${name}.jpg`)
      ),
      images: 2,
    }]);
    const said = findings.map(({ level, kind, split, message }) =>
      `${level} ${kind} ${split}: ${message}`
    );
    deepStrictEqual(said, [
      "warning count trn: 3 pairs, where the public data set has 2940",
      "warning count test: 1 pair, where the public data set has 299",
      "warning leak test: 1 of 1 test pairs (100.0 %) and 2 of 2 pictures " +
      "are in trn too; 0 pairs are not",
    ]);
  }));

Deno.test("checkData() finds every missing file, and goes on", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    await rm(join(root, FOLDER, "JPEGImages/2008_000001.jpg"));
    await rm(join(root, FOLDER, "Annotations/bus/2008_000003.mat"));
    const { findings } = right(await checkData(root, PASCAL)());
    const errors = findings.filter(({ level }) => level === "error");
    deepStrictEqual(
      errors.map(({ kind, split, count, examples }) => [
        kind,
        split,
        count,
        examples.map((file) => file.replace(root, "")),
      ]),
      [
        ["missing-images", "trn", 1, [`/${FOLDER}/JPEGImages/2008_000001.jpg`]],
        ["missing-annotations", "trn", 1, [
          `/${FOLDER}/Annotations/bus/2008_000003.mat`,
        ]],
        ["missing-images", "test", 1, [
          `/${FOLDER}/JPEGImages/2008_000001.jpg`,
        ]],
      ],
    );
  }));

Deno.test("checkData() finds keypoints outside, broken headers and bad rows", () =>
  withFolder(async (root) => {
    await writePascal(root, {
      ...LISTS,
      "test_pairs.csv": TEST.replace("30.5", "41"),
      "val_pairs.csv": TRAIN.replace(",6,0", ",99,0"),
    });
    const image = join(root, FOLDER, "JPEGImages/2008_000003.jpg");
    right(await writeAtomic(image, "no picture")());
    const { findings, splits } = right(await checkData(root, PASCAL)());
    const found = (kind: string, split: string) =>
      findings.find((each) => each.kind === kind && each.split === split);
    match(
      found("outside", "test")!.examples[0]!,
      /inside 40 x 30 pixels: got \[41, 20\]/,
    );
    match(
      found("malformed", "trn")!.examples[0]!,
      /2008_000003\.jpg: "header"/,
    );
    equal(
      found("malformed", "trn")!.message,
      "1 picture without a readable header",
    );
    match(found("malformed", "val")!.message, /"row 2, class" must be 1 to 20/);
    deepStrictEqual(splits.map(({ split }) => split), ["trn", "test"]);
  }));

Deno.test("checkData() compares annotated sizes with the pictures", () =>
  withFolder(async (root) => {
    await writePascal(root, {});
    const side = { size: [400, 300, 3], box: [1, 1, 9, 9], kps: [[1, 1]] };
    const pair = {
      src_imname: "a.jpg",
      trg_imname: "a.jpg",
      src_imsize: side.size,
      trg_imsize: side.size,
      src_bndbox: side.box,
      trg_bndbox: side.box,
      src_kps: side.kps,
      trg_kps: side.kps,
      category: "bus",
    };
    const files = {
      "Layout/large/trn.txt": "000001-a-a:bus\n000002-a-b:bus\n",
      "PairAnnotation/trn/000001-a-a:bus.json": JSON.stringify(pair),
      "JPEGImages/bus/a.jpg": picture(1),
    };
    for (const [path, content] of Object.entries(files)) {
      right(await writeAtomic(join(root, path), content)());
    }
    const { findings, splits } = right(
      await checkData(root, { format: "spair" })(),
    );
    const size = findings.find(({ kind }) => kind === "size")!;
    equal(size.count, 2);
    match(size.examples[0]!, /"size" must be 400 x 300 pixels .* got 40 x 30/);
    // A pair without its annotation is counted by its name.
    equal(splits[0]!.pairs, 2);
    const missing = findings.find(({ kind }) =>
      kind === "missing-annotations"
    )!;
    match(missing.examples[0]!, /PairAnnotation.trn.000002-a-b:bus\.json$/);
  }));

Deno.test("checkData() looks at the splits it is told to, and stops when told to", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const seen: string[] = [];
    const options = {
      ...PASCAL,
      splits: ["test", "other"],
      onProgress: ({ what, done, total }: CheckProgress) =>
        seen.push(`${done}/${total} ${what}`),
    };
    const { splits, findings } = right(await checkData(root, options)());
    deepStrictEqual(splits.map(({ split }) => split), ["test"]);
    ok(
      findings.some(({ kind, split }) =>
        kind === "malformed" && split === "other"
      ),
    );
    deepStrictEqual(seen, [
      ...["0/2 splits", "1/2 splits", "2/2 splits"],
      ...["1/2 pictures", "2/2 pictures"],
    ]);
    const signal = AbortSignal.abort(new Error("enough"));
    await rejects(checkData(root, { ...PASCAL, signal })(), /enough/);
  }));

Deno.test("checkData() finds a picture that is cut behind its header, in every split", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const cut = join(root, FOLDER, "JPEGImages/2008_000002.jpg");
    right(await writeAtomic(cut, picture(2).subarray(0, 60))());
    let decoded = 0;
    const { findings } = right(
      await checkData(root, {
        ...PASCAL,
        onProgress: ({ what }) => decoded += what === "pictures" ? 1 : 0,
      })(),
    );
    equal(decoded, 3, "each once");
    const errors = findings.filter(({ level }) => level === "error");
    deepStrictEqual(
      errors.map(({ kind, split, message }) => [kind, split, message]),
      ["trn", "test"].map((split) => [
        "undecodable",
        split,
        "1 picture that cannot be decoded",
      ]),
    );
    ok(errors[0]!.examples[0]!.startsWith(`${cut}: "`));
  }));

Deno.test("checkData() stops between two pictures", () =>
  withFolder(async (root) => {
    // Many more than are decoded at once: those in work are finished.
    const names = Array.from({ length: 40 }, (_, i) => `${i}.png`);
    const lines = names.map((path) => {
      const side = { path, keypoints: [[1, 2]] };
      return JSON.stringify({ split: "test", source: side, target: side });
    });
    right(await writeAtomic(join(root, "pairs.jsonl"), lines.join("\n"))());
    for (const name of names) {
      right(await writeAtomic(join(root, name), picture(1))());
    }
    const stop = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ what, done, total }: CheckProgress): void => {
      if (what !== "pictures") return;
      equal(total, names.length);
      seen.push(done);
      stop.abort(new Error("enough"));
    };
    const { signal } = stop;
    await rejects(
      checkData(root, { format: "jsonl", signal, onProgress })(),
      /enough/,
    );
    ok(seen.length >= 1 && seen.length < 10, `${seen.length} were decoded`);
  }));

Deno.test("checkData() says of a folder that it is no picture and no annotation", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const paths = ["JPEGImages/2008_000003.jpg", "Annotations/2008_000001.mat"];
    const [image, annotation] = paths.map((path) => join(root, FOLDER, path));
    await rm(image!);
    await rm(join(root, FOLDER, "Annotations/bus/2008_000001.mat"));
    for (const path of [image!, annotation!]) await mkdir(path);
    const { findings } = right(
      await checkData(root, { ...PASCAL, splits: ["trn"] })(),
    );
    const errors = findings.filter(({ level }) => level === "error");
    deepStrictEqual(errors.map(({ kind, examples }) => [kind, ...examples]), [
      ["missing-images", `${image} is a folder`],
      ["missing-annotations", `${annotation} is a folder`],
    ]);
  }));

Deno.test("checkData() refuses a file for a root, and no split", () =>
  withFolder(async (root) => {
    const file = join(root, "trn_pairs.csv");
    right(await writeAtomic(file, TRAIN)());
    equal(
      left(await checkData(file, PASCAL)()).message,
      `${file}: "root" must be a folder: got a file`,
    );
    throws(
      () => checkData(root, { ...PASCAL, splits: [] }),
      (error: unknown) =>
        error instanceof OptionError &&
        error.message ===
          'checkData(): "splits" must be at least one: got none',
    );
  }));

Deno.test({
  name: "checkData() refuses a device for a root",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const device = "/dev/null";
    equal(
      left(await checkData(device, PASCAL)()).message,
      `${device}: "root" must be a folder: got neither a folder nor a file`,
    );
  },
});

Deno.test("checkData() names the first list where not one is there", () =>
  withFolder(async (root) => {
    const error = left(await checkData(root, PASCAL)());
    deepStrictEqual([error._tag, error.file], [
      "MissingFile",
      join(root, "trn_pairs.csv"),
    ]);
  }));

Deno.test("checkData() takes matrices of another shape for a finding", () =>
  withFolder(async (root) => {
    await writePascal(root, LISTS);
    const file = join(root, FOLDER, "Annotations/bus/2008_000002.mat");
    right(await writeAtomic(file, matFile({ kps: [[1, 2, 3]] }))());
    const { findings } = right(await checkData(root, PASCAL)());
    match(findings[0]!.message, /"kps" must be \[K, 2\]/);
  }));

const SHARED = join(import.meta.dirname!, "../../../shared/data/pf-pascal");
const ignore = !existsSync(SHARED);
Deno.test({
  name: "checkData() counts the public lists of PF-PASCAL, and their leak" +
    (ignore ? " (skipped: no ../shared/data/pf-pascal)" : ""),
  ignore,
  fn: async () => {
    const { splits, leaks, findings } = right(
      await checkData(SHARED, PASCAL)(),
    );
    deepStrictEqual(
      splits.map((s) => [s.split, s.pairs, s.distinctPairs, s.mirrored]),
      [["trn", 2940, 613, 1470], ["val", 308, 289, 0], ["test", 299, 277, 0]],
    );
    equal(splits[2]!.keypoints, 2414);
    deepStrictEqual(
      leaks.map((l) => [l.seen, l.judged, l.leakedPairs.length]),
      [["trn", "val", 99], ["trn", "test", 95], ["val", "test", 35]],
    );
    equal(leaks[1]!.sharedImages.length, 302);
    // Categories and rows are those of the public data set; pictures are not there.
    deepStrictEqual(
      [...new Set(findings.map(({ kind, level }) => `${level} ${kind}`))],
      ["warning missing-images", "warning missing-annotations", "warning leak"],
    );
  },
});
