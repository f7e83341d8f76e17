import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { OptionError } from "../../src/core/errors.ts";
import { augmentPair } from "../../src/data/augment_pair.ts";
import { AUGMENTATIONS, drawEdits } from "../../src/data/draw_edits.ts";
import { editAnnotation } from "../../src/data/edit_annotation.ts";
import type { ImagePair } from "../../src/data/image_pair.ts";
import { mirrorPair } from "../../src/data/mirror_pair.ts";
import { editPicture } from "../../src/data/picture_edit.ts";
import { randomState } from "../../src/data/random_state.ts";

const SIDE = {
  path: "a.png",
  keypoints: [[5, 6], [12, 9]],
  box: [4, 3, 15, 12],
  size: [20, 30],
} as const;

const PAIR: ImagePair = {
  id: "1",
  category: "cat",
  source: SIDE,
  target: { ...SIDE, path: "b.png", keypoints: [[7, 8], [20, 18]] },
  keypointIds: ["left ear", "nose"],
};

/** A picture of this size and keypoints on whole pixels in it. */
const annotated = fc.record({
  width: fc.integer({ min: 1, max: 12 }),
  height: fc.integer({ min: 1, max: 12 }),
  places: fc.array(fc.nat(143), { minLength: 1, maxLength: 4 }),
  seed: fc.nat(),
}).map(({ width, height, places, seed }) => ({
  seed,
  image: {
    path: "a.png",
    keypoints: places.map((place) =>
      [place % width, Math.floor(place / width) % height] as const
    ),
    size: [height, width] as const,
  },
}));

Deno.test("editAnnotation() keeps every keypoint on its pixel through drawn edits", () =>
  fc.assert(fc.property(annotated, ({ image, seed }) => {
    const [height, width] = image.size;
    const [edits] = drawEdits(image, { crop: 1 }, randomState(seed));
    const all = [...edits, { kind: "mirror" } as const];
    const after = editAnnotation(image, all);
    image.keypoints.forEach(([x, y], k) => {
      const data = new Uint8Array(width * height * 3);
      data[(y * width + x) * 3] = 255;
      const edited = editPicture({ width, height, data, decoder: "" }, all);
      deepStrictEqual(after.size, [edited.height, edited.width]);
      const pixel = edited.data.indexOf(255) / 3;
      deepStrictEqual(after.keypoints[k], [
        pixel % edited.width,
        Math.floor(pixel / edited.width),
      ]);
    });
  })));

Deno.test("drawEdits() keeps box and keypoints inside, 1-based ones too", () => {
  const [height, width] = SIDE.size;
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    for (
      const side of [SIDE, { ...SIDE, keypoints: [[1, 1], [30, 20]] as const }]
    ) {
      const [edits] = drawEdits(side, { crop: 1 }, randomState(seed));
      const edit = edits[0]!;
      if (edit.kind !== "crop") throw new Error(edit.kind);
      ok(edit.x >= 0 && edit.x + edit.width <= width);
      ok(edit.y >= 0 && edit.y + edit.height <= height);
      for (const [x, y] of [...side.keypoints, [4, 3], [15, 12]] as const) {
        // The pixel itself, counted from 0 or from 1.
        ok(edit.x <= Math.max(0, x - 1) && x <= edit.x + edit.width);
        ok(edit.y <= Math.max(0, y - 1) && y <= edit.y + edit.height);
      }
      if (side === SIDE) seen.add(`${edit.x} ${edit.width}`);
    }
  }
  ok(seen.size > 20, "crops differ");
});

Deno.test("drawEdits() goes on from its state, and draws each kind by itself", () => {
  const draw = (options: object) => drawEdits(SIDE, options, randomState(3));
  deepStrictEqual(draw({ crop: 1 }), draw({ crop: 1 }));
  const [all, next] = draw({
    crop: 1,
    colour: { ...AUGMENTATIONS.colour, probability: 1 },
  });
  deepStrictEqual(all.map(({ kind }) => kind), ["crop", "colour"]);
  deepStrictEqual(draw({ crop: 1 })[0], all.slice(0, 1));
  deepStrictEqual(draw({})[1], next);
  deepStrictEqual(draw({})[0], []);
});

Deno.test("drawEdits() draws factors in their ranges, as often as it is told", () => {
  let [state, drawn, grey] = [randomState(1), 0, 0];
  const colour = {
    probability: 0.5,
    brightness: 0.4,
    contrast: 0.2,
    saturation: 0.1,
    grey: 0.25,
  };
  for (let i = 0; i < 2000; i++) {
    const [edits, next] = drawEdits(SIDE, { colour }, state);
    state = next;
    for (const edit of edits) {
      if (edit.kind !== "colour") throw new Error(edit.kind);
      drawn += 1;
      ok(edit.brightness >= 0.6 && edit.brightness <= 1.4);
      ok(edit.contrast >= 0.8 && edit.contrast <= 1.2);
      if (edit.saturation === 0) grey += 1;
      else ok(edit.saturation >= 0.9 && edit.saturation <= 1.1);
    }
  }
  // Four standard deviations of a binomial count.
  ok(Math.abs(drawn - 1000) < 4 * Math.sqrt(2000 * 0.25), `${drawn}`);
  ok(Math.abs(grey - drawn / 4) < 4 * Math.sqrt(drawn * 0.1875), `${grey}`);
  throws(() => drawEdits(SIDE, { crop: 1.1 }, state), OptionError);
  const wrong = { ...colour, contrast: -1 };
  throws(() => drawEdits(SIDE, { colour: wrong }, state), OptionError);
});

Deno.test("augmentPair() does nothing without options", () => {
  const [pair] = augmentPair(PAIR, {}, randomState(0));
  deepStrictEqual(pair, {
    ...PAIR,
    source: { ...PAIR.source },
    target: { ...PAIR.target },
  });
});

Deno.test("augmentPair() mirrors both sides or neither, half of the time", () => {
  let [state, mirrored] = [randomState(2), 0];
  for (let i = 0; i < 400; i++) {
    const [pair, next] = augmentPair(PAIR, { mirror: 0.5 }, state);
    state = next;
    deepStrictEqual(pair.source.edits, pair.target.edits);
    if (pair.source.edits?.length) mirrored += 1;
  }
  ok(Math.abs(mirrored - 200) < 40, `${mirrored}`);
});

Deno.test("augmentPair() counts mirrored coordinates as it is told to", () => {
  const x = (counting: object) =>
    augmentPair(PAIR, { mirror: 1, counting }, randomState(0))[0].source
      .keypoints[0]![0];
  equal(x({}), 24); // 30 - 1 - 5
  equal(x({ origin: 1 }), 26); // 30 + 1 - 5
});

Deno.test("augmentPair() refuses a pair without sizes, and odd shares", () => {
  const { size: _, ...bare } = SIDE;
  const pair = { ...PAIR, target: bare };
  throws(
    () => augmentPair(pair, {}, randomState(0)),
    /"target\.size" must be known/,
  );
  for (const mirror of [-0.1, NaN, 2]) {
    throws(() => augmentPair(PAIR, { mirror }, randomState(0)), OptionError);
  }
});

const TWINS = { "left ear": "right ear", "right ear": "left ear" };

Deno.test("mirrorPair() of both sides keeps matches and trades names", () => {
  const both = mirrorPair(PAIR, { sides: "both", twins: TWINS });
  deepStrictEqual(both.keypointIds, ["right ear", "nose"]);
  deepStrictEqual(both.source.keypoints, [[24, 6], [17, 9]]);
  deepStrictEqual(both.target.keypoints, [[22, 8], [9, 18]]);
  const back = mirrorPair(both, { sides: "both", twins: TWINS });
  deepStrictEqual(back.keypointIds, PAIR.keypointIds);
  deepStrictEqual(back.source.keypoints, PAIR.source.keypoints);
});

Deno.test("mirrorPair() of one side matches each keypoint with its twin", () => {
  const pair: ImagePair = {
    ...PAIR,
    source: { ...SIDE, keypoints: [[1, 1], [2, 2], [3, 3]] },
    target: { ...SIDE, keypoints: [[4, 4], [5, 5], [6, 6]] },
    keypointIds: ["left ear", "right ear", "nose"],
  };
  const source = mirrorPair(pair, { sides: "source", twins: TWINS });
  deepStrictEqual(source.keypointIds, ["left ear", "right ear", "nose"]);
  // What was the right ear at x = 2 looks like a left one at 29 - 2.
  deepStrictEqual(source.source.keypoints, [[27, 2], [28, 1], [26, 3]]);
  deepStrictEqual(source.target.keypoints, [[4, 4], [5, 5], [6, 6]]);
  const target = mirrorPair(pair, { sides: "target", twins: TWINS });
  deepStrictEqual(target.source.keypoints, [[1, 1], [2, 2], [3, 3]]);
  deepStrictEqual(target.target.keypoints, [[24, 5], [25, 4], [23, 6]]);
});

Deno.test("mirrorPair() leaves out keypoints whose twin is not there", () => {
  const mirrored = mirrorPair(PAIR, { sides: "source", twins: TWINS });
  deepStrictEqual(mirrored.keypointIds, ["nose"]);
  deepStrictEqual(mirrored.source.keypoints, [[17, 9]]);
  deepStrictEqual(mirrored.target.keypoints, [[20, 18]]);
});

Deno.test("mirrorPair() refuses sides without size and keypoints without names", () => {
  const { keypointIds: _, ...unnamed } = PAIR;
  throws(
    () => mirrorPair(unnamed, { sides: "target" }),
    /"keypointIds" must be there/,
  );
  const { size: __, ...bare } = SIDE;
  throws(
    () => mirrorPair({ ...PAIR, source: bare }, { sides: "both" }),
    /"source\.size" must be known/,
  );
});

Deno.test("editAnnotation() cuts a box at the edges of a crop", () => {
  const crop = { kind: "crop", x: 6, y: 5, width: 8, height: 4 } as const;
  const { box, size, keypoints } = editAnnotation(SIDE, [crop]);
  deepStrictEqual([box, size], [[0, 0, 8, 4], [4, 8]]);
  deepStrictEqual(keypoints, [[-1, 1], [6, 4]]);
});
