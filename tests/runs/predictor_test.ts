import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { correlate } from "../../src/core/correlate.ts";
import { OptionError } from "../../src/core/errors.ts";
import { kernelSoftArgmax } from "../../src/core/kernel_soft_argmax.ts";
import { matchMaps } from "../../src/core/match_maps.ts";
import { temperatureMlp } from "../../src/core/temperature.ts";
import type { ResnetBackbone } from "../../src/nn/backbone_config.ts";
import { resnet } from "../../src/nn/resnet.ts";
import {
  bakedParameters,
  initModel,
  type ModelConfig,
} from "../../src/runs/model.ts";
import { mapValues } from "../../src/runs/_tensor_map.ts";
import { createPredictor } from "../../src/runs/predictor.ts";
import {
  assertClose,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";
import { MODEL } from "./_fakes.ts";

const SMALL = { ...MODEL.backbone as ResnetBackbone, width: 4 };
const LEARNED: ModelConfig = {
  ...MODEL,
  backbone: SMALL,
  temperature: { kind: "mlp", hidden: 5 },
};
const { parameters } = initModel(xoroshiro128plus(3), LEARNED);
const IMAGES = drawn(1, [2, 3, 32, 48]);
const QUERIES = drawn(2, [1, 4, 2], [0, 2]);

eachBackend(
  "createPredictor() composes backbone, temperature and localiser",
  async (be) => {
    const before = be.memory().tensors;
    const predictor = createPredictor(be, {
      config: LEARNED,
      baked: parameters,
      betaEval: "auto",
      sigmaCells: 2,
    });
    const images = put(be, IMAGES);
    const queries = put(be, QUERIES);
    const [source, target] = await predictor.extract(images);
    assertShape(be, source!.features, [1, 16, 2, 3]);
    assertShape(be, source!.beta, [1]);
    const matches = await predictor.locate({
      source: source!,
      target: target!,
      queries,
    });
    assertShape(be, matches, [1, 4, 2]);
    // The same, equation by equation: β divides the correlation (Eq. 5).
    const wanted = be.tidy(() => {
      const weights = bakedParameters(be, parameters);
      const maps = resnet(be, weights, images, SMALL);
      const module = {
        w1: weights["temperature.w1"]!,
        b1: weights["temperature.b1"]!,
        w2: weights["temperature.w2"]!,
        b2: weights["temperature.b2"]!,
      };
      const betas = temperatureMlp(be, maps, module);
      const part = (i: number) => be.slice(maps, [i, 0, 0, 0], [1, 16, 2, 3]);
      const beta = (i: number) => be.slice(betas, [i], [1]);
      const scores = correlate(be, { featuresA: part(0), featuresB: part(1) }, {
        betaA: beta(0),
        betaB: beta(1),
      });
      const map = matchMaps(be, { scores, queries }, {
        gridA: [2, 3],
        gridB: [2, 3],
      });
      return [betas, kernelSoftArgmax(be, map, { sigmaCells: 2 })];
    });
    const [betas = [], points = []] = await be.read(wanted);
    await assertClose(be, source!.beta, [betas[0]!]);
    await assertClose(be, target!.beta, [betas[1]!]);
    await assertClose(be, matches, points);
    be.dispose([images, queries, matches, ...wanted]);
    be.dispose([source!, target!].flatMap((x) => [x.features, x.beta]));
    deepStrictEqual(be.memory().tensors, before);
  },
);

eachBackend(
  "createPredictor() takes a number for the temperature of a pair",
  async (be) => {
    const predictor = createPredictor(be, {
      config: LEARNED,
      baked: parameters,
      betaEval: 0.04,
      sigmaCells: 7,
    });
    const [a] = await predictor.extract(be.tensor(IMAGES.data, IMAGES.shape));
    await assertClose(be, a!.beta, [0.2]); // half of it: its square root
  },
);

eachBackend(
  "createPredictor() gives the same from weights that are handed in",
  async (be) => {
    const options = {
      config: LEARNED,
      betaEval: "auto",
      sigmaCells: 7,
    } as const;
    const images = put(be, IMAGES);
    const fixed = createPredictor(be, { ...options, baked: parameters });
    const given = createPredictor(be, options);
    const wanted = await fixed.extract(images);
    const entries = Object.entries(parameters);
    const weights = Object.fromEntries(
      entries.map(([name, { data, shape }]) => [name, be.tensor(data, shape)]),
    );
    const shapes = mapValues(weights, (x) => be.shape(x));
    await given.buildExtraction({ images: IMAGES.shape }, shapes);
    const built = be.memory().sessions;
    const got = await given.extract(images, weights);
    strictEqual(be.memory().sessions, built);
    for (const [i, { features, beta }] of got.entries()) {
      const [map = [], b = []] = await be.read([
        wanted[i]!.features,
        wanted[i]!.beta,
      ]);
      await assertClose(be, features, map);
      await assertClose(be, beta, b);
    }
  },
);

eachBackend(
  "createPredictor() gives an image the same alone as in a batch",
  async (be) => {
    const predictor = createPredictor(be, {
      config: LEARNED,
      baked: parameters,
      betaEval: "auto",
      sigmaCells: 7,
    });
    const [, second] = await predictor.extract(put(be, IMAGES));
    const half = IMAGES.data.slice(IMAGES.data.length / 2);
    const [alone] = await predictor.extract(be.tensor(half, [1, 3, 32, 48]));
    const [wanted = []] = await be.read([alone!.features]);
    await assertClose(be, second!.features, wanted);
  },
);

eachBackend("createPredictor() squares a single parameter", async (be) => {
  const temperature = { kind: "single", start: 0.5 } as const;
  const config = { ...LEARNED, temperature };
  const { parameters } = initModel(xoroshiro128plus(0), config);
  const predictor = createPredictor(be, {
    config,
    baked: parameters,
    betaEval: "auto",
    sigmaCells: 7,
  });
  const [a, b] = await predictor.extract(put(be, IMAGES));
  const [product] = be.tidy(() => [be.mul(a!.beta, b!.beta)]);
  await assertClose(be, product!, [0.25]);
});

eachBackend(
  "createPredictor() needs a number where weights hold no temperature",
  (be) => {
    const backbone = Object.fromEntries(
      Object.entries(parameters).filter(([name]) =>
        !name.startsWith("temperature.")
      ),
    );
    const options = { config: LEARNED, baked: backbone, sigmaCells: 7 };
    throws(
      () => createPredictor(be, { ...options, betaEval: "auto" }),
      OptionError,
    );
    ok(createPredictor(be, { ...options, betaEval: 0.02 }));
  },
);
