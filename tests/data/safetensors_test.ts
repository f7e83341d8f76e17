import { deepStrictEqual, equal, match, ok, throws } from "node:assert/strict";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
} from "../../src/data/safetensors.ts";
import { left, right } from "./_helpers.ts";
import { concat } from "./_png.ts";

/** A file of this header, written as given, and this content. */
function build(header: unknown, content: ArrayLike<number> = []): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return concat([length, json, Uint8Array.from(content)]);
}

function refusal(bytes: Uint8Array): string {
  const error = left(decodeSafetensors(bytes, "w.safetensors"));
  equal(error._tag, "MalformedFile");
  match(error.message, /^w\.safetensors: /);
  return error.message;
}

const f32 = (shape: readonly number[], data_offsets: readonly number[]) => ({
  dtype: "F32",
  shape,
  data_offsets,
});

Deno.test("encodeSafetensors() writes the bytes of the format", () => {
  const bytes = encodeSafetensors({
    a: { shape: [1], data: Float32Array.of(1) },
  });
  const json = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  // 54 characters and 2 spaces make 56; 1 is 0x3f800000.
  deepStrictEqual(
    bytes,
    concat([
      Uint8Array.of(56, 0, 0, 0, 0, 0, 0, 0),
      new TextEncoder().encode(json + "  "),
      Uint8Array.of(0, 0, 0x80, 0x3f),
    ]),
  );
});

Deno.test("decodeSafetensors() reads back what encodeSafetensors() wrote", () => {
  const tensors = {
    "layer.weight": { shape: [2, 0, 3], data: new Float32Array(0) },
    scalar: { shape: [], data: Float32Array.of(-0.1) },
    bias: { shape: [2], data: Float32Array.of(3.4e38, 1e-45) },
  };
  const bytes = encodeSafetensors(tensors, { epoch: "3", note: "é" });
  const decoded = right(decodeSafetensors(bytes, "a"));
  deepStrictEqual(decoded.tensors, tensors);
  deepStrictEqual(decoded.metadata, { epoch: "3", note: "é" });
});

Deno.test("decodeSafetensors() reads bytes that start anywhere in a buffer", () => {
  const bytes = encodeSafetensors({
    a: { shape: [1], data: Float32Array.of(7) },
  });
  const inside = concat([Uint8Array.of(9), bytes]).subarray(1);
  equal(right(decodeSafetensors(inside, "a")).tensors["a"]!.data[0], 7);
});

Deno.test("encodeSafetensors() gives equal bytes whatever the order", () => {
  const a = { shape: [1], data: Float32Array.of(1) };
  const b = { shape: [1], data: Float32Array.of(2) };
  deepStrictEqual(encodeSafetensors({ a, b }), encodeSafetensors({ b, a }));
});

Deno.test("encodeSafetensors() refuses a wrong shape and the reserved name", () => {
  const wrong = { shape: [3], data: Float32Array.of(1) };
  throws(() => encodeSafetensors({ wrong }), ShapeError);
  const tensor = { shape: [1], data: Float32Array.of(1) };
  throws(() => encodeSafetensors({ __metadata__: tensor }), OptionError);
});

// Bits and values by PyTorch: x.half() and x.bfloat16() of 1.5, -0.1, 6e-8, 3.14159.
for (
  const [dtype, bits, values] of [
    ["F16", [15872, 44646, 1, 16968], [
      1.5,
      -0.0999755859375,
      5.960464477539063e-8,
      3.140625,
    ]],
    ["BF16", [16320, 48589, 13185, 16457], [
      1.5,
      -0.10009765625,
      6.007030606269836e-8,
      3.140625,
    ]],
  ] as const
) {
  Deno.test(`decodeSafetensors() converts ${dtype} as PyTorch does`, () => {
    const header = { h: { dtype, shape: [4], data_offsets: [0, 8] } };
    const content = bits.flatMap((word) => [word & 255, word >> 8]);
    const { tensors } = right(decodeSafetensors(build(header, content), "a"));
    deepStrictEqual(tensors["h"]!.data, Float32Array.from(values));
  });
}

// Bits by PyTorch: x.half() and x.bfloat16() of these float32 numbers, read with
// view(torch.uint16): ties, the least and the largest numbers among them.
for (
  const [dtype, bits] of [
    ["F16", [
      15872,
      44646,
      1,
      16968,
      0,
      32768,
      15360,
      15362,
      31743,
      0,
      1,
      1024,
    ]],
    ["BF16", [
      16320,
      48589,
      13185,
      16457,
      0,
      32768,
      16256,
      16256,
      18304,
      13056,
      13057,
      14464,
    ]],
  ] as const
) {
  Deno.test(`encodeSafetensors() rounds to ${dtype} as PyTorch does`, () => {
    const values = [
      1.5,
      -0.1,
      6e-8,
      3.14159,
      0,
      -0,
      1 + 2 ** -11, // halfway, down to even
      1 + 3 * 2 ** -11, // halfway, up to even
      65519, // below what rounds to infinity
      2 ** -25, // halfway between 0 and the least
      2 ** -25 * 1.01,
      2 ** -14,
    ];
    const h = { shape: [12], data: Float32Array.from(values) };
    const bytes = encodeSafetensors({ h }, {}, { dtype });
    const words = new Uint16Array(bytes.slice(-24).buffer);
    deepStrictEqual([...words], bits);
    const { tensors } = right(decodeSafetensors(bytes, "a"));
    const again = encodeSafetensors(tensors, {}, { dtype });
    deepStrictEqual(again, bytes);
  });
}

Deno.test("encodeSafetensors() refuses numbers beyond the type", () => {
  const large = { shape: [2], data: Float32Array.of(1, 65520) };
  throws(
    () => encodeSafetensors({ large }, {}, { dtype: "F16" }),
    /"large" must be numbers that F16 can hold: got 65520/,
  );
  encodeSafetensors({ large }, {}, { dtype: "BF16" });
});

Deno.test("decodeSafetensors() converts doubles, integers and booleans", () => {
  const double = new Uint8Array(8);
  new DataView(double.buffer).setFloat64(0, 0.1, true);
  const entry = (dtype: string, shape: readonly number[], at: number[]) => ({
    dtype,
    shape,
    data_offsets: at,
  });
  const header = {
    d: entry("F64", [1], [0, 8]),
    num_batches_tracked: entry("I64", [], [8, 16]),
    i: entry("I32", [1], [16, 20]),
    s: entry("I16", [1], [20, 22]),
    b: entry("I8", [1], [22, 23]),
    u: entry("U8", [1], [23, 24]),
    t: entry("BOOL", [2], [24, 26]),
  };
  const minusTwo = [254, ...new Array<number>(7).fill(255)];
  const content = [
    ...double,
    ...minusTwo,
    ...minusTwo.slice(0, 4),
    ...minusTwo.slice(0, 2),
    254,
    254,
    0,
    1,
  ];
  const { tensors } = right(decodeSafetensors(build(header, content), "a"));
  const values = Object.values(tensors).flatMap(({ data }) => [...data]);
  deepStrictEqual(values, [Math.fround(0.1), -2, -2, -2, -2, 254, 0, 1]);
});

Deno.test("decodeSafetensors() refuses NaN and infinity by tensor", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const fine = { shape: [1], data: Float32Array.of(1) };
    const broken = { shape: [2], data: Float32Array.of(1, value) };
    equal(
      refusal(encodeSafetensors({ fine, broken })),
      `w.safetensors: "broken" must be finite numbers: got ${value} at element 1`,
    );
  }
});

Deno.test("decodeSafetensors() refuses every cut and any addition", () => {
  const bytes = encodeSafetensors({
    a: { shape: [2], data: Float32Array.of(1, 2) },
    b: { shape: [1], data: Float32Array.of(3) },
  });
  for (let length = 0; length < bytes.length; length++) {
    refusal(bytes.slice(0, length));
  }
  refusal(concat([bytes, Uint8Array.of(0)]));
});

Deno.test("decodeSafetensors() refuses a header longer than the file", () => {
  const bytes = build({});
  bytes[1] = 1;
  match(refusal(bytes), /"header length" must be at most 2 bytes: got 258/);
  bytes.fill(255, 0, 8);
  match(refusal(bytes), /got 18446744073709551615/);
});

Deno.test("decodeSafetensors() refuses a header that is not an object", () => {
  for (const header of ['{"a":', "[]", "null", "3", ""]) refusal(build(header));
  const notUtf8 = build('{"a":1}');
  notUtf8[10] = 0xff;
  match(refusal(notUtf8), /"header" must be JSON/);
});

Deno.test("decodeSafetensors() names the tensor and the field", () => {
  const cases: [unknown, RegExp][] = [
    [{ a: 3 }, /"a" must be an object: got number/],
    [
      { a: { ...f32([1], [0, 4]), dtype: "F8_E4M3" } },
      /"a\.dtype" must be one/,
    ],
    [{ a: { ...f32([1], [0, 4]), dtype: "toString" } }, /"a\.dtype"/],
    [{ a: f32([-1], [0, 4]) }, /"a\.shape" must be whole numbers/],
    [{ a: f32([0.5], [0, 4]) }, /"a\.shape"/],
    [{ a: f32([1], [0]) }, /"a\.data_offsets" must be \[begin, end\]/],
    [{ a: f32([1], [4, 0]) }, /"a\.data_offsets"/],
    [{ a: f32([2], [0, 4]) }, /must be 8 bytes apart for F32 \[2\]: got 4/],
    [{ __metadata__: { a: 1 } }, /"__metadata__\.a" must be a string/],
    [{ __metadata__: [] }, /"__metadata__" must be an object/],
  ];
  for (const [header, message] of cases) {
    match(refusal(build(header, [0, 0, 0, 0])), message);
  }
});

Deno.test("decodeSafetensors() refuses overlap, gap and overrun", () => {
  const zeros = new Uint8Array(8);
  const overlap = { a: f32([1], [0, 4]), b: f32([1], [2, 6]) };
  match(refusal(build(overlap, zeros)), /"b\.data_offsets".*2 \(overlap\)/);
  const gap = { a: f32([1], [0, 4]), b: f32([0], [6, 6]) };
  match(refusal(build(gap, zeros)), /"b\.data_offsets".*6 \(gap\)/);
  const over = { a: f32([3], [0, 12]) };
  match(refusal(build(over, zeros)), /within the 8 bytes .*: got 12/);
});

Deno.test("decodeSafetensors() takes any name for a tensor", () => {
  const header = '{"__proto__":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}';
  const { tensors } = right(decodeSafetensors(build(header, [5]), "a"));
  ok(Object.hasOwn(tensors, "__proto__"));
});
