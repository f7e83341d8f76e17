import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { referenceBackend } from "../../src/backends/reference.ts";
import type { Picture } from "../../src/data/picture_edit.ts";
import { backboneConfig } from "../../src/nn/backbone_config.ts";
import { backboneFeatures } from "../../src/nn/backbone_features.ts";
import { initBackbone } from "../../src/nn/init_backbone.ts";
import { rateTensors } from "../../src/runs/_take_step.ts";
import { createBackend } from "../../src/runs/create_backend.ts";
import {
  frozenFeatures,
  type FrozenFeaturesOptions,
} from "../../src/runs/frozen_features.ts";
import { type ImageLoader, imageLoader } from "../../src/runs/load_image.ts";
import {
  type ImagePreparer,
  type PreparedImage,
  preparePixels,
  stackInputs,
} from "../../src/runs/prepared_image.ts";
import { startRun } from "../../src/runs/start_run.ts";
import { train } from "../../src/runs/train.ts";
import { modelConfig } from "../../src/runs/train_config.ts";
import { trainStep } from "../../src/runs/train_step.ts";
import {
  batchTensors,
  pairBatch,
  trainingBatch,
} from "../../src/runs/training_batch.ts";
import { trainingData } from "../../src/runs/training_data.ts";
import { startState } from "../../src/runs/training_state.ts";
import { assertNear } from "../_helpers.ts";
import { drawSmallSet, smallConfig } from "./_drawn.ts";
import { inFolder, left, right } from "./_helpers.ts";
import { nativeTests } from "./_native_tests.ts";

const { folder, onNative } = await nativeTests();
const data = `${folder}/set`;
await drawSmallSet(data);
const PICTURE = { path: `${data}/JPEGImages/car/trn_0001.png` };
const OTHER = { path: `${data}/JPEGImages/fish/trn_0002.png` };

const backbone = { ...backboneConfig("tiny"), width: 4 };
const weights = initBackbone(xoroshiro128plus(3), backbone).parameters;
const SIZE = 32;

/** A loader that counts. */
function counting(): { readonly load: ImageLoader; readonly loads: string[] } {
  const loads: string[] = [];
  const inner = imageLoader({ size: SIZE, stride: 16 });
  return {
    loads,
    load: (picture) => {
      loads.push(picture.path);
      return inner(picture);
    },
  };
}

/** What was prepared, as plain data. */
function plain(image: PreparedImage) {
  return { ...image, inputs: stackInputs([image]) };
}

/** A preparer of the reference backend, and what it loaded. */
function preparer(change: Partial<FrozenFeaturesOptions> = {}): {
  readonly prepare: ImagePreparer;
  readonly loads: string[];
} {
  const { load, loads } = counting();
  const prepare = frozenFeatures(referenceBackend(), {
    backbone,
    parameters: weights,
    upTo: "trunk",
    load,
    size: SIZE,
    ...change,
  });
  return { prepare, loads };
}

Deno.test("frozenFeatures() passes each picture once", async () => {
  const { prepare, loads } = preparer();
  const first = right(await prepare(PICTURE)());
  right(await prepare(OTHER)());
  strictEqual(right(await prepare(PICTURE)()), first);
  deepStrictEqual(loads, [PICTURE.path, OTHER.path]);
  // Behind layer2 of the tiny network: 8 channels at stride 8.
  deepStrictEqual(first.inputs["trunk.x"]!.shape, [1, 8, 4, 4]);
  deepStrictEqual(
    [first.stored, first.resized, first.padded],
    [{ width: 64, height: 61 }, { width: SIZE, height: SIZE }, [SIZE, SIZE]],
  );
});

Deno.test("frozenFeatures() goes all the way to the maps where asked", async () => {
  const { load } = counting();
  const whole = preparer({ upTo: "maps" });
  const inputs = stackInputs([right(await whole.prepare(PICTURE)())]);
  const be = referenceBackend();
  const { images } = stackInputs([right(await preparePixels(load)(PICTURE)())]);
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, { data, shape }]) =>
      [name, be.tensor(data, shape)] as const
    ),
  );
  const pixels = be.tensor(images!.data, images!.shape);
  const wanted = backboneFeatures(be, tensors, pixels, backbone);
  deepStrictEqual(inputs["maps"]!.shape, [...wanted.shape]);
  assertNear(inputs["maps"]!.data, wanted.data, 1e-6);
});

Deno.test("frozenFeatures() drops the oldest beyond its bound", async () => {
  // 8 x 4 x 4 floats are 512 bytes: one picture fits, two do not.
  const { prepare, loads } = preparer({ bytes: 600 });
  for (const each of [PICTURE, PICTURE, OTHER, OTHER, PICTURE]) {
    right(await prepare(each)());
  }
  deepStrictEqual(loads, [PICTURE.path, OTHER.path, PICTURE.path]);
});

Deno.test("frozenFeatures() finds in a folder what another run left", async () => {
  await inFolder(async (folder) => {
    const made = right(await preparer({ folder }).prepare(PICTURE)());
    const { prepare, loads } = preparer({ folder });
    deepStrictEqual(plain(right(await prepare(PICTURE)())), plain(made));
    deepStrictEqual(loads, []);
  });
});

Deno.test("frozenFeatures() shares files between equal pictures alone", async () => {
  await inFolder(async (folder) => {
    const options = { folder: `${folder}/features` };
    right(await preparer(options).prepare(PICTURE)());
    const copy = `${folder}/copy.png`;
    await Deno.copyFile(PICTURE.path, copy);
    const moved = Object.fromEntries(
      Object.entries(weights).map(([name, { shape, data }], i) => [name, {
        shape,
        data: i === 0 ? data.map((x) => x + 1) : data,
      }]),
    );
    const cases: readonly (readonly [
      what: string,
      Picture,
      Partial<FrozenFeaturesOptions>,
      loads: number,
    ])[] = [
      ["the same bytes elsewhere", { path: copy }, {}, 0],
      ["another picture", OTHER, {}, 1],
      ["an edit", { ...PICTURE, edits: [{ kind: "mirror" }] }, {}, 1],
      ["other parameters", PICTURE, { parameters: moved }, 1],
      ["the maps", PICTURE, { upTo: "maps" }, 1],
      ["another size", PICTURE, { size: 48 }, 1],
    ];
    for (const [what, picture, change, wanted] of cases) {
      const { prepare, loads } = preparer({ ...options, ...change });
      right(await prepare(picture)());
      strictEqual(loads.length, wanted, what);
    }
  });
});

onNative("frozenFeatures() keeps what two lowerings give apart", async () => {
  await inFolder(async (folder) => {
    for (
      const [lowering, wanted] of [["auto", 1], ["plain", 1], [
        "auto",
        0,
      ]] as const
    ) {
      const backend = right(await createBackend("onnx-cpu", { lowering })());
      const isPlain = "lowering" in backend && backend.lowering === "plain";
      const { load, loads } = counting();
      const options = {
        backbone,
        parameters: weights,
        load,
        size: SIZE,
        folder,
      };
      const prepare = frozenFeatures(backend, { ...options, upTo: "trunk" });
      right(await prepare(PICTURE)());
      await backend.close();
      // Where `auto` is plain there is one kind of file.
      if (lowering === "auto" && isPlain) return;
      strictEqual(loads.length, wanted, lowering);
    }
  });
});

Deno.test("frozenFeatures() makes anew what is gone or broken", async () => {
  await inFolder(async (folder) => {
    const made = right(await preparer({ folder }).prepare(PICTURE)());
    const [file] = await filesIn(folder);
    const bytes = await Deno.readFile(file!);
    const breaks: readonly (() => Promise<void>)[] = [
      () => Deno.remove(file!),
      () => Deno.writeFile(file!, bytes.subarray(0, bytes.length >> 1)),
      () => Deno.writeFile(file!, new Uint8Array()),
      // One bit of the last number.
      () => {
        const other = bytes.slice();
        other[other.length - 2]! ^= 1;
        return Deno.writeFile(file!, other);
      },
      // Another key: the content of some other file under this name.
      () =>
        Deno.writeTextFile(
          file!,
          new TextDecoder("latin1").decode(bytes).replace("trunk", "stump"),
        ),
    ];
    for (const ruin of breaks) {
      await ruin();
      const { prepare, loads } = preparer({ folder });
      deepStrictEqual(plain(right(await prepare(PICTURE)())), plain(made));
      strictEqual(loads.length, 1);
      deepStrictEqual(await Deno.readFile(file!), bytes);
    }
  });
});

Deno.test("frozenFeatures() says which picture or folder is wrong", async () => {
  await inFolder(async (folder) => {
    const missing = { path: `${folder}/none.png` };
    const error = left(await preparer({ folder }).prepare(missing)());
    deepStrictEqual([error._tag, error.file], ["MissingFile", missing.path]);
    const file = `${folder}/file`;
    await Deno.writeTextFile(file, "");
    const unwritable = left(
      await preparer({ folder: file }).prepare(PICTURE)(),
    );
    ok(unwritable.file.startsWith(file), unwritable.message);
  });
});

for (const name of ["tiny", "tiny-vit"]) {
  onNative(
    `trainStep() takes the same steps from a trunk of ${name} that was run before`,
    async (be) => {
      const before = be.memory().tensors;
      const config = smallConfig(data, { scope: "last", backbone: name });
      const out = `${folder}/steps-${name}`;
      const run = right(await startRun(config, out)());
      const { train: set } = right(await trainingData(config, { out })());
      const load = imageLoader({ size: config.size, stride: 16 });
      const model = modelConfig(config);
      const preparers = [
        preparePixels(load),
        frozenFeatures(be, {
          backbone: model.backbone,
          parameters: run.frozen,
          upTo: "trunk",
          load,
          size: config.size,
        }),
      ];
      const losses: number[][] = [];
      for (const prepare of preparers) {
        const step = trainStep(be, { ...config, model, frozen: run.frozen });
        let state = startState(be, run.trained).tensors;
        const seen: number[] = [];
        for (let s = 0; s < 9; s++) {
          const pairs = set.pairs.slice(s % 3 * 4, s % 3 * 4 + 4);
          const batch = right(
            await trainingBatch(pairBatch(pairs), {
              prepare,
              rule: config.coordinates,
              stride: 16,
              capacity: 20,
            }),
          );
          const fed = {
            ...batchTensors(be, batch),
            ...rateTensors(be, config, { step: s, steps: 9 }),
          };
          const outputs = await step({ ...fed, ...state });
          const { loss, crossEntropy, regularizer, betaA, betaB, ...next } =
            outputs;
          const [value] = await be.read([loss!]);
          seen.push(value![0]!);
          be.dispose([loss!, crossEntropy!, regularizer!, betaA!, betaB!]);
          be.dispose([...Object.values(fed), ...Object.values(state)]);
          state = next;
        }
        be.dispose(Object.values(state));
        losses.push(seen);
      }
      const [pixels, frozen] = losses as [number[], number[]];
      pixels.forEach((wanted, s) => {
        const error = Math.abs(frozen[s]! - wanted) / wanted;
        ok(error <= 1e-6, `step ${s + 1}: ${frozen[s]} and ${wanted}`);
      });
      notDeepStrictEqual(pixels[0], pixels[3]);
      strictEqual(be.memory().tensors, before, "tensors left behind");
    },
  );
}

onNative(
  "train() writes the same bits with features from a folder",
  async (be) => {
    const folders: (string | undefined)[] = [
      undefined,
      `${folder}/features`,
      `${folder}/features`,
    ];
    const runs = [];
    for (const [i, featureFolder] of folders.entries()) {
      const out = `${folder}/bits-${i}`;
      const config = smallConfig(data, { scope: "last", epochs: 1 });
      const run = right(await startRun(config, out)());
      const pairs = right(await trainingData(config, { out })());
      right(
        await train(be, run, pairs, {
          ...(featureFolder && { featureFolder }),
        })(),
      );
      runs.push(await Deno.readFile(run.files.last));
    }
    deepStrictEqual(runs[1], runs[0]);
    deepStrictEqual(runs[2], runs[0]);
    // 8 pictures to train on and 4 to judge by, each once.
    strictEqual((await filesIn(`${folder}/features`)).length, 12);
  },
);

Deno.test("stackInputs() puts one picture behind the other", async () => {
  const { prepare } = preparer();
  const images = [
    right(await prepare(PICTURE)()),
    right(await prepare(OTHER)()),
  ];
  const { "trunk.x": x } = stackInputs(images);
  deepStrictEqual(x!.shape, [2, 8, 4, 4]);
  deepStrictEqual(
    [...x!.data],
    images.flatMap((image) => [...stackInputs([image])["trunk.x"]!.data]),
  );
  deepStrictEqual(stackInputs([]), {});
  throws(() => stackInputs(images, { count: 1 }), /"count" must be at least 2/);
});

Deno.test("stackInputs() writes over an earlier batch as long, zeros behind the last picture", async () => {
  const { prepare } = preparer();
  const [first, second] = [
    right(await prepare(PICTURE)()),
    right(await prepare(OTHER)()),
  ];
  const into = stackInputs([first, second, first]);
  const alone = stackInputs([second])["trunk.x"]!.data;
  const length = alone.length;
  const { "trunk.x": x } = stackInputs([second], { count: 3, into });
  strictEqual(x!.data, into["trunk.x"]!.data);
  deepStrictEqual(x!.shape, [3, 8, 4, 4]);
  deepStrictEqual(x!.data.slice(0, length), alone);
  ok(x!.data.slice(length).every((v) => v === 0));
  const { "trunk.x": shorter } = stackInputs([second, first], { into });
  deepStrictEqual(shorter, stackInputs([second, first])["trunk.x"]);
  ok(x!.data.slice(length).every((v) => v === 0), "left as it was");
});

async function filesIn(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    files.push(...isDirectory ? await filesIn(path) : [path]);
  }
  return files;
}
