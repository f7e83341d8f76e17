import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { OptionError } from "../../src/core/errors.ts";
import { flowPck } from "../../src/core/flow_pck.ts";
import { pck } from "../../src/core/pck.ts";

const SIZE = { imageSize: [20, 10], alphas: [0.25] } as const;

Deno.test("flowPck() counts a pixel on the threshold as right", () => {
  // 0.25 of the longer side, 20, is 5: (3, 4) is on it, (3, 4.1) beyond.
  const truth = [0, 0, 0, 0];
  const { value, endPointError } = flowPck(
    { predicted: [3, 4, 3, 4.1], truth },
    SIZE,
  );
  equal(value["0.25"], 0.5);
  ok(Math.abs(endPointError - (5 + Math.hypot(3, 4.1)) / 2) < 1e-12);
});

Deno.test("flowPck() counts the mask alone, and there what is known alone", () => {
  const predicted = [0, 0, 9, 9, 0, 0, 9, 9];
  const truth = [0, 0, 0, 0, NaN, NaN, NaN, 0];
  equal(flowPck({ predicted, truth }, SIZE).pixels, 2);
  const masked = flowPck({ predicted, truth }, { ...SIZE, mask: [1, 0, 1, 1] });
  deepStrictEqual(masked, {
    value: { "0.25": 1 },
    endPointError: 0,
    pixels: 1,
  });
});

Deno.test("flowPck() takes a flow that is not finite for wrong, and nothing for NaN", () => {
  const lost = flowPck(
    { predicted: [NaN, 0, 0, 0], truth: [0, 0, 0, 0] },
    SIZE,
  );
  deepStrictEqual(lost, {
    value: { "0.25": 0.5 },
    endPointError: Infinity,
    pixels: 2,
  });
  const none = flowPck({ predicted: [], truth: [] }, SIZE);
  deepStrictEqual(none, {
    value: { "0.25": NaN },
    endPointError: NaN,
    pixels: 0,
  });
});

Deno.test("flowPck() refuses lengths that differ and fractions that are not above 0", () => {
  const flows = { predicted: [0, 0], truth: [0, 0] };
  throws(() => flowPck({ ...flows, predicted: [0] }, SIZE), OptionError);
  throws(() => flowPck({ predicted: [0], truth: [0] }, SIZE), OptionError);
  throws(() => flowPck(flows, { ...SIZE, mask: [1, 1] }), OptionError);
  for (const alpha of [0, -1, NaN]) {
    throws(() => flowPck(flows, { ...SIZE, alphas: [alpha] }), OptionError);
  }
});

Deno.test("flowPck() agrees with pck() of the points that the flow leads to", () => {
  const value = fc.float({ min: -8, max: 8, noNaN: true });
  const flow = fc.array(value, { minLength: 12, maxLength: 12 });
  fc.assert(fc.property(flow, flow, (predicted, truth) => {
    // Six pixels in a row; their places cancel.
    const points = (list: readonly number[]) =>
      Array.from(
        { length: 6 },
        (_, x) => [x + list[2 * x]!, list[2 * x + 1]!] as const,
      );
    const dense = flowPck({ predicted, truth }, SIZE).value["0.25"]!;
    const sparse = pck(
      { predicted: points(predicted), truth: points(truth) },
      { threshold: "img", space: "original", ...SIZE },
    ).value["0.25"]!;
    // Adding the place rounds; only a point on the threshold may differ.
    ok(Math.abs(dense - sparse) <= 1 / 6 + 1e-9);
  }));
});
