import { deepStrictEqual, equal, match, throws } from "node:assert/strict";
import { OptionError } from "../../src/core/errors.ts";
import { decodeFlow, encodeFlow } from "../../src/data/flow_file.ts";
import { flowKeypoints } from "../../src/data/flow_keypoints.ts";
import { left, right } from "./_helpers.ts";

/** Two columns, one row, (1, -2) and (0.5, 1e10), byte by byte. */
const BYTES = Uint8Array.from([
  ...[0x50, 0x49, 0x45, 0x48], // "PIEH"
  ...[2, 0, 0, 0],
  ...[1, 0, 0, 0],
  ...[0, 0, 0x80, 0x3f], // 1
  ...[0, 0, 0, 0xc0], // -2
  ...[0, 0, 0, 0x3f], // 0.5
  ...[0xf9, 0x02, 0x15, 0x50], // 1e10
]);

Deno.test("decodeFlow() reads the bytes of the format, unknown flow as NaN", () => {
  deepStrictEqual(right(decodeFlow(BYTES, "a.flo")), {
    width: 2,
    height: 1,
    data: Float32Array.of(1, -2, 0.5, NaN),
  });
  const shifted = new Uint8Array(BYTES.length + 3);
  shifted.set(BYTES, 3);
  equal(right(decodeFlow(shifted.subarray(3), "a.flo")).data[1], -2);
});

Deno.test("encodeFlow() writes the bytes of the format", () => {
  const data = Float32Array.of(1, -2, 0.5, NaN);
  deepStrictEqual(encodeFlow({ width: 2, height: 1, data }), BYTES);
  throws(() => encodeFlow({ width: 2, height: 2, data }), OptionError);
});

Deno.test("decodeFlow() takes large and infinite values for unknown", () => {
  const view = new DataView(BYTES.slice().buffer);
  for (const value of [1.1e9, -2e9, Infinity, -Infinity, NaN]) {
    view.setFloat32(12, value, true);
    const { data } = right(decodeFlow(new Uint8Array(view.buffer), "a.flo"));
    equal(data[0], NaN);
  }
});

Deno.test("decodeFlow() names what is wrong", () => {
  const message = (bytes: Uint8Array) =>
    left(decodeFlow(bytes, "a.flo")).message;
  match(message(new Uint8Array(4)), /"magic" must be 202021\.25: got NaN/);
  match(message(BYTES.with(0, 1)), /"magic" must be 202021\.25/);
  match(message(BYTES.with(4, 0)), /"size" must be 1 to .* got 0 x 1/);
  match(message(BYTES.subarray(0, 24)), /"file" must be 28 bytes .* got 24/);
  match(message(BYTES.with(4, 3)), /"file" must be 36 bytes for 3 x 1: got 28/);
});

Deno.test("flowKeypoints() takes the middle of each step, in the mask", () => {
  const data = new Float32Array(4 * 4 * 2).fill(0.5);
  const flow = { width: 4, height: 4, data };
  const target = { width: 9, height: 9 };
  deepStrictEqual(flowKeypoints(flow, { everyPixels: 2, target }), {
    source: [[1, 1], [3, 1], [1, 3], [3, 3]],
    target: [[1.5, 1.5], [3.5, 1.5], [1.5, 3.5], [3.5, 3.5]],
  });
  const mask = new Uint8Array(16);
  mask[3 * 4 + 1] = 1;
  const masked = flowKeypoints(flow, { everyPixels: 2, target, mask });
  deepStrictEqual(masked.source, [[1, 3]]);
});

Deno.test("flowKeypoints() leaves out unknown flow and what leads outside", () => {
  const data = Float32Array.of(-1, 0, NaN, NaN, 0, 1, 0, 0);
  const flow = { width: 4, height: 1, data };
  const target = { width: 4, height: 1 };
  const points = flowKeypoints(flow, { everyPixels: 1, target });
  deepStrictEqual(points, { source: [[3, 0]], target: [[3, 0]] });
  for (const everyPixels of [0, 1.5]) {
    throws(() => flowKeypoints(flow, { everyPixels, target }), OptionError);
  }
  const mask = [1];
  throws(
    () => flowKeypoints(flow, { everyPixels: 1, target, mask }),
    OptionError,
  );
});
