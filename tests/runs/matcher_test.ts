import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { OptionError } from "../../src/core/errors.ts";
import { fitImage } from "../../src/runs/load_image.ts";
import { createMatcher } from "../../src/runs/matcher.ts";
import { initModel } from "../../src/runs/model.ts";
import { LOCALIZERS } from "../../src/runs/reading.ts";
import { drawn, eachBackend } from "../_helpers.ts";
import { MODEL } from "./_fakes.ts";

/** Noise of 90 x 60 pixels, read at 96 x 64: 6 x 4 cells. */
const noise = {
  width: 90,
  height: 60,
  data: Uint8Array.from(drawn(8, [90 * 60 * 3], [0, 256]).data),
  decoder: "none",
};
const picture = fitImage(noise, { path: "a", size: "original", stride: 16 });
const learned = {
  ...MODEL,
  temperature: { kind: "single", start: 0.2 },
} as const;

eachBackend(
  "createMatcher() reads one description in every way",
  async (be) => {
    const model = initModel(xoroshiro128plus(1), learned);
    const matcher = createMatcher(be, { model });
    const image = await matcher.describe(picture);
    // A single parameter is the share of one picture, its square the temperature.
    ok(Math.abs((image.beta ?? 0) - 0.2) < 1e-6, `${image.beta}`);
    const pair = { source: image, target: image };
    for (const localizer of LOCALIZERS) {
      const reading = { betaEval: 1e-3, localizer, sigmaCells: 7 };
      const found = await matcher.match(
        { ...pair, points: [[32, 16], [64, 32]] },
        reading,
      );
      found.points.forEach(({ query, match, similarity, confidence }) => {
        const off = Math.hypot(match[0] - query[0], match[1] - query[1]);
        ok(off < 0.1, `${localizer}: ${match} for ${query}`);
        ok(Math.abs(similarity - 1) < 1e-4, `${similarity}`);
        ok(confidence > 0.9, `${confidence}`);
      });
      // Row 1, column 2 of 4 x 6 cells is the first point.
      const [map] = found.maps;
      deepStrictEqual(map?.grid, [4, 6]);
      equal(map.scores.indexOf(Math.max(...map.scores)), 8);
      // Cells meet pixels at multiples of 16, and reach half a cell around.
      deepStrictEqual([...map.area].map(Math.round), [-8, -8, 88, 56]);
      equal(found.beta, 1e-3);
    }
    const auto = { betaEval: "auto", sigmaCells: 7 } as const;
    const found = await matcher.match({ ...pair, points: [[5, 5]] }, auto);
    ok(Math.abs(found.beta - 0.04) < 1e-6, `${found.beta}`);
    be.dispose([image.features]);
  },
);

eachBackend(
  "createMatcher() refuses a temperature that is none",
  async (be) => {
    const { parameters } = initModel(xoroshiro128plus(1), learned);
    const { "temperature.parameter": _, ...plain } = parameters;
    const matcher = createMatcher(be, {
      model: { config: learned, parameters: plain },
    });
    const image = await matcher.describe(picture);
    equal(image.beta, undefined);
    for (const betaEval of ["auto", 0, NaN] as const) {
      await rejects(
        matcher.match(
          { source: image, target: image, points: [[1, 1]] },
          { betaEval, sigmaCells: 7 },
        ),
        OptionError,
      );
    }
    be.dispose([image.features]);
  },
);
