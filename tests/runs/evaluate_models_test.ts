import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { BackendUnavailableError } from "../../src/backends/errors.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { readPairs } from "../../src/data/read_pairs.ts";
import { evaluateModels } from "../../src/runs/evaluate_models.ts";
import type {
  EvaluateModelsOptions,
  ModelEvaluation,
} from "../../src/runs/evaluation_plan.ts";
import {
  evaluationReport,
  type EvaluationReportOptions,
} from "../../src/runs/evaluation_report.ts";
import { backboneConfig } from "../../src/nn/backbone_config.ts";
import { initBackbone } from "../../src/nn/init_backbone.ts";
import { encodeSafetensors } from "../../src/data/safetensors.ts";
import { malformedFile } from "../../src/data/data_error.ts";
import type { BackboneChoice } from "../../src/runs/backbone_choice.ts";
import type { DecodingWorker } from "../../src/runs/decoding_worker.ts";
import { initModel } from "../../src/runs/model.ts";
import { drawnDefaults } from "../../src/runs/train_config.ts";
import { drawSmallSet } from "./_drawn.ts";
import { MODEL } from "./_fakes.ts";
import { left, right } from "./_helpers.ts";

const folder = await Deno.makeTempDir();
const data = join(folder, "procedural");
await drawSmallSet(data);
const set = right(
  await readPairs(data, { format: "spair", split: "val" })(),
);
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const model = (seed: number) => ({
  ...initModel(xoroshiro128plus(seed), {
    ...MODEL,
    temperature: { kind: "mlp", hidden: 4 },
  }),
});
const MODELS = [
  {
    name: "plain",
    open: () => Promise.resolve({ _tag: "Right", right: model(1) } as const),
  },
  {
    name: "trained",
    open: () =>
      Promise.resolve(
        {
          _tag: "Right",
          right: { ...model(2), training: { ...drawnDefaults, size: 48 } },
        } as const,
      ),
  },
];
const BOOTSTRAP = { seed: 0, resamples: 50, level: 0.95 };
const OPTIONS: EvaluateModelsOptions = {
  alphas: [0.1, 0.2],
  space: "evaluation",
  readings: () => [
    { betaEval: "auto", sigmaCells: 7 },
    { betaEval: 0.1, sigmaCells: 7, localizer: "softArgmax" },
  ],
  bootstrap: BOOTSTRAP,
};

const backend = referenceBackend();
const evaluations = right(
  await evaluateModels(backend, {
    models: MODELS,
    sets: [{ folder: data, set }, { folder: data, set, threshold: "img" }],
  }, { ...OPTIONS, sizes: [48, "original", { maxSide: 32 }] })(),
);

Deno.test("evaluateModels() has pictures decoded while a model is read whose backbone is known", async () => {
  const asked = async (
    known: { readonly backbone?: BackboneChoice },
    options: Partial<EvaluateModelsOptions>,
  ) => {
    const order: unknown[] = [];
    const worker: DecodingWorker = {
      isReady: () => false,
      decode: (_, { size }) => {
        order.push(size);
        return new Promise(() => {});
      },
      close: () => {},
    };
    const broken = malformedFile("a.safetensors", "w", "numbers", "none");
    const open = () => {
      order.push("open");
      return Promise.resolve({ _tag: "Left", left: broken } as const);
    };
    const result = await evaluateModels(backend, {
      models: [{ name: "broken", open, ...known }],
      sets: [{ folder: data, set }],
    }, { ...OPTIONS, worker, ...options })();
    equal(left(result), broken);
    return order;
  };
  const backbone = { backbone: "resnet18" };
  const pictures = new Set(
    set.pairs.flatMap(({ source, target }) => [source.path, target.path]),
  ).size;
  const all = (size: number) => Array.from({ length: pictures }, () => size);
  deepStrictEqual(await asked({ backbone }, {}), [...all(256), "open"]);
  deepStrictEqual(
    await asked({ backbone }, { sizes: [48, 64] }),
    [...all(48), "open"],
  );
  deepStrictEqual(await asked({}, {}), ["open"]);
  const vit = { backbone: "dino-vits16" };
  // No multiple of its patch: said once the model is there.
  deepStrictEqual(await asked({ backbone: vit }, { sizes: [40] }), ["open"]);
  deepStrictEqual(await asked({ backbone }, { featureCache: folder }), [
    "open",
  ]);
});

Deno.test("evaluateModels() goes through models, sizes, sets and readings in turn", () => {
  deepStrictEqual(
    evaluations.map(({ result: { choices } }) => [
      choices.model,
      choices.size,
      choices.threshold,
      choices.localizer,
    ]),
    ["plain", "trained"].flatMap((name) =>
      [48, "original", { maxSide: 32 }].flatMap((size) =>
        ["bbox", "img"].flatMap((threshold) =>
          ["kernelSoftArgmax", "softArgmax"].map((localizer) => [
            name,
            size,
            threshold,
            localizer,
          ])
        )
      )
    ),
  );
  equal(backend.memory().tensors, 0);
});

Deno.test("evaluateModels() has its backend made once, behind the first model", async () => {
  const events: string[] = [];
  const models = MODELS.map(({ name, open }) => ({
    name,
    open: () => {
      events.push(name);
      return open();
    },
  }));
  const made = () => {
    events.push("backend");
    return Promise.resolve({ _tag: "Right", right: backend } as const);
  };
  const plan = { models, sets: [{ folder: data, set }] };
  const options = { ...OPTIONS, sizes: [48] };
  const found = right(await evaluateModels(made, plan, options)());
  deepStrictEqual(events, ["plain", "backend", "trained"]);
  deepStrictEqual(
    found.map(({ result }) => result.pck),
    right(await evaluateModels(backend, plan, options)())
      .map(({ result }) => result.pck),
  );
  const missing = new BackendUnavailableError("onnx-cpu", "no such library");
  const absent = () =>
    Promise.resolve({ _tag: "Left", left: missing } as const);
  equal(left(await evaluateModels(absent, plan, options)()), missing);
});

Deno.test("evaluateModels() writes every choice into its result", () => {
  const { choices, intervals } = evaluations.at(-1)!.result;
  ok(intervals);
  const { decoders, ...told } = choices;
  equal(decoders.length, 1);
  deepStrictEqual(told, {
    data: "spair val",
    folder: data,
    ...(set.choices && { reading: set.choices }),
    model: "trained",
    transferred: false,
    backbone: "tiny",
    layers: [3],
    backend: "reference",
    coordinates: "simple",
    normalize: true,
    threshold: "img",
    space: "evaluation",
    size: { maxSide: 32 },
    betaEval: 0.1,
    localizer: "softArgmax",
    sigmaCells: 7,
    bootstrap: BOOTSTRAP,
  });
});

Deno.test("evaluateModels() takes the size of a run, and else the paper's", async () => {
  const [first, , second] = right(
    await evaluateModels(backend, {
      models: MODELS,
      sets: [{ folder: data, set: { ...set, pairs: set.pairs.slice(0, 1) } }],
    }, OPTIONS)(),
  );
  equal(first!.result.choices.size, 256);
  equal(second!.result.choices.size, 48);
});

Deno.test("evaluateModels() says which model cannot be opened", async () => {
  const missing = {
    name: "none",
    open: () =>
      Promise.resolve(
        {
          _tag: "Left",
          left: { _tag: "MissingFile", file: "none", message: "none: missing" },
        } as const,
      ),
  };
  const result = await evaluateModels(backend, {
    models: [missing],
    sets: [{ folder: data, set }],
  }, OPTIONS)();
  equal(left(result).message, "none: missing");
});

const SHOWN: EvaluationReportOptions = { average: "perImage" };

Deno.test("evaluationReport() shows one alone with categories and intervals", () => {
  const { text, json } = evaluationReport(evaluations.slice(0, 1), SHOWN);
  for (
    const part of [
      "plain at 48 on spair val",
      "car",
      "fish",
      "viewpoint 0",
      "95 % of drawn sets",
    ]
  ) {
    ok(text.includes(part), `${part} in\n${text}`);
  }
  equal(json.evaluations.length, 1);
  deepStrictEqual(json.pck, evaluations[0]!.result.pck);
  const [{ result, outcomes }] = evaluations as [ModelEvaluation, ...unknown[]];
  const one = { ...result, pairs: 1, points: 1, images: 2 };
  const alone = evaluationReport([{ result: one, outcomes }], SHOWN);
  ok(alone.text.includes(": 1 pair, 1 keypoint, 2 images at 48"), alone.text);
});

Deno.test("evaluationReport() shows several in the paper's layout", () => {
  const { text, json } = evaluationReport(evaluations, SHOWN);
  ok(!("pck" in json));
  for (const part of ["max 32", "ori.", "θ bbox", "θ img", "softArgmax"]) {
    ok(text.includes(part), `${part} in\n${text}`);
  }
  ok(!text.includes("viewpoint"));
  const all = evaluationReport(evaluations, { ...SHOWN, details: true });
  ok(all.text.includes("viewpoint"));
});

Deno.test("evaluationReport() prints a table alone in the form asked for", () => {
  const { text, json } = evaluationReport(evaluations, {
    ...SHOWN,
    table: "json",
  });
  deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(json.table)));
});

Deno.test("evaluationReport() compares each with the first of its data set", () => {
  const { text, json } = evaluationReport(evaluations, {
    ...SHOWN,
    compare: true,
    bootstrap: BOOTSTRAP,
  });
  // 24 evaluations, 12 of either threshold; the first of each is the measure.
  equal(json.comparisons?.length, 22);
  deepStrictEqual(
    json.comparisons?.slice(0, 3).map(({ first, second }) => [first, second]),
    [[0, 1], [2, 3], [0, 4]],
  );
  const [one] = json.comparisons ?? [];
  const [a, b] = evaluations.map(({ result }) => result.pck.perImage["0.1"]!);
  ok(Math.abs(one!.differences["0.1"]!.difference - (b! - a!)) < 1e-12);
  ok(text.includes("p McNemar"));
});

/** What Deno is told to run the command by. */
const COMMAND = [
  "run",
  "-P=runs",
  "--quiet",
  join(import.meta.dirname!, "..", "..", "examples", "evaluate.ts"),
];

/** What the command says on the error channel, and its status. */
async function refused(...args: readonly string[]): Promise<string> {
  const run = promisify(execFile)(Deno.execPath(), [...COMMAND, ...args], {
    env: { NO_COLOR: "1" },
  });
  return await run.then(() => "", (error) => {
    equal(error.code, 1);
    return error.stderr;
  });
}

Deno.test("deno task evaluate refuses arguments that say too little or too much", async () => {
  const sets = ["--data", "x", "--format", "spair"];
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--checkpoint", "a"], /required option '--data/],
    [["--checkpoint", "a", "--data", "x"], /--data x needs a --format/],
    [sets, /give either --checkpoint, or --backbone and --weights/],
    [["--backbone", "resnet18", ...sets], /give either --checkpoint/],
    [["--backbone", "resnet18", "--weights", "w", ...sets], /give --beta-eval/],
    [["--checkpoint", "a", "--layer", "2", ...sets], /of plain weights/],
    [["--checkpoint", "a", "--size", "7", ...sets], /whole number >= 16/],
    [["--checkpoint", "a", "--localizer", "best", ...sets], /or all/],
    [["--checkpoint", "a", "--table", "word", ...sets], /choices are text/],
    [["--checkpoint", "none", ...sets], /x\/.*: must be a readable file/],
  ];
  const said = await Promise.all(cases.map(([args]) => refused(...args)));
  said.forEach((text, i) => ok(cases[i]![1].test(text), text));
});

/** Weights that nobody trained, in a file. */
async function drawnWeights(): Promise<string> {
  const weights = join(folder, "plain.safetensors");
  const { parameters } = initBackbone(
    xoroshiro128plus(3),
    backboneConfig("resnet18"),
  );
  await Deno.writeFile(weights, encodeSafetensors(parameters));
  return weights;
}

Deno.test("deno task evaluate shows what it cannot write", async () => {
  const weights = await drawnWeights();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...COMMAND,
      ...["--backbone", "resnet18", "--weights", weights],
      ...["--beta-eval", "0.02", "--data", data, "--format", "spair"],
      ...["--split", "val", "--size", "64", "--json", folder],
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const [out, err] = [stdout, stderr].map((x) => new TextDecoder().decode(x));
  equal(code, 1);
  ok(/PCK/.test(out!), out);
  ok(/must be a writable file/.test(err!), err);
});

Deno.test("deno task evaluate ends with 130 where it is stopped, and goes on", async () => {
  const weights = await drawnWeights();
  const features = join(folder, "features");
  const result = join(folder, "stopped.json");
  const args = [
    ...["--backbone", "resnet18", "--weights", weights, "--beta-eval", "0.02"],
    ...["--data", data, "--format", "spair", "--split", "trn"],
    ...["--size", "768", "--batch", "1", "--feature-cache", features],
    ...["--json", result],
  ];
  const start = () =>
    new Deno.Command(Deno.execPath(), {
      args: [...COMMAND, ...args],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  const kept = async (): Promise<readonly string[]> => {
    const names = await readdir(features, { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith(".safetensors"));
  };
  const stopped = start();
  let isOver = false;
  const ended = stopped.output().finally(() => isOver = true);
  while (!isOver && (await kept()).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!isOver) stopped.kill("SIGINT");
  const { code, stderr } = await ended;
  const said = new TextDecoder().decode(stderr);
  equal(code, 130, said);
  ok(/stopped/.test(said), said);
  await rejects(Deno.stat(result), Deno.errors.NotFound);
  const written = async () =>
    new Map(
      await Promise.all((await kept()).map(async (name) => {
        const { mtime } = await Deno.stat(join(features, name));
        return [name, Number(mtime)] as const;
      })),
    );
  const before = await written();
  const pictures = 8;
  ok(before.size < pictures);
  const again = await start().output();
  equal(again.code, 0, new TextDecoder().decode(again.stderr));
  const after = await written();
  equal(after.size, pictures);
  before.forEach((time, name) => equal(after.get(name), time, name));
  const { pck } = JSON.parse(await Deno.readTextFile(result));
  ok(Number.isFinite(pck.perImage["0.1"]));
});
