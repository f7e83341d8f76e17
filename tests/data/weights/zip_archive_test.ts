import { deepStrictEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import { zipSync } from "fflate";
import { readWeights } from "../../../src/data/weights/read_weights.ts";
import { concat } from "../_png.ts";
import { left, right } from "../_helpers.ts";
import { blob, dict, fixtureBytes, pickle, tensor } from "./_build.ts";

const encoder = new TextEncoder();

/** Little-endian fields: `[value, bytes]`. */
function record(
  ...list: readonly (readonly [number, 2 | 4 | 8])[]
): Uint8Array {
  return concat(list.map(([value, size]) => {
    const wide = new Uint8Array(8);
    new DataView(wide.buffer).setBigUint64(0, BigInt(value), true);
    return wide.subarray(0, size);
  }));
}

const MAX = 0xffffffff;

/** A zip64 archive: sizes and places stand in the long fields alone, as beyond 4 GB. */
function zip64(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const push = (...pieces: readonly Uint8Array[]) => {
    for (const piece of pieces) {
      parts.push(piece);
      at += piece.length;
    }
  };
  for (const [path, content] of Object.entries(files)) {
    const name = encoder.encode(path);
    const offset = at;
    const size = content.length;
    push(
      record([0x04034b50, 4], [45, 2], [0, 2], [0, 2], [0, 4], [0, 4]),
      record([MAX, 4], [MAX, 4], [name.length, 2], [0, 2]),
      name,
      content,
    );
    // An extra field of another kind comes first, to be passed over.
    const extra = concat([
      record([0x5455, 2], [4, 2], [0, 4]),
      record([1, 2], [24, 2], [size, 8], [size, 8], [offset, 8]),
    ]);
    directory.push(
      record([0x02014b50, 4], [45, 2], [45, 2], [0, 2], [0, 2], [0, 4]),
      record([0, 4], [MAX, 4], [MAX, 4], [name.length, 2], [extra.length, 2]),
      record([0, 2], [0, 2], [0, 2], [0, 4], [MAX, 4]),
      name,
      extra,
    );
  }
  const start = at;
  push(...directory);
  const length = at - start;
  const count = Object.keys(files).length;
  const end = at;
  push(
    record([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4]),
    record([count, 8], [count, 8], [length, 8], [start, 8]),
    record([0x07064b50, 4], [0, 4], [end, 8], [1, 4]),
    record([0x06054b50, 4], [0, 2], [0, 2], [0xffff, 2], [0xffff, 2]),
    record([MAX, 4], [MAX, 4], [0, 2]),
  );
  return concat(parts);
}

const DATA = pickle(dict({
  w: tensor({ count: 2, shape: [2], strides: [1] }),
}));
const STORAGE = Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40); // 1, 2

Deno.test("readWeights() reads an archive in the form beyond 4 GB", async () => {
  const bytes = zip64({ "a/data.pkl": DATA, "a/data/0": STORAGE });
  const { tensors } = right(await readWeights(blob(bytes))());
  deepStrictEqual(tensors["w"]?.data, Float32Array.of(1, 2));
});

Deno.test("readWeights() reads an archive with a comment behind it", async () => {
  const bytes = zipSync({
    "data.pkl": [DATA, { level: 0 }],
    "data/0": [STORAGE, { level: 0 }],
  });
  const comment = encoder.encode("a comment");
  bytes[bytes.length - 2] = comment.length;
  const { tensors } = right(
    await readWeights(blob(concat([bytes, comment])))(),
  );
  deepStrictEqual(tensors["w"]?.data, Float32Array.of(1, 2));
});

Deno.test("readWeights() refuses entries that lie, are locked or packed otherwise", async () => {
  /** An archive with some bytes of the last directory entry changed. */
  const spoilt = (at: number, ...values: readonly number[]) => {
    const bytes = zipSync({
      "a/data.pkl": [DATA, { level: 0 }],
      "a/data/0": [STORAGE, { level: 0 }],
    });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const start = view.getUint32(bytes.length - 6, true);
    let entry = start;
    entry += 46 + view.getUint16(start + 28, true);
    bytes.set(values, entry + at);
    return blob(bytes);
  };
  const cases: readonly [Blob, RegExp][] = [
    [spoilt(8, 1), /without a password: got an encrypted entry/],
    [spoilt(10, 12), /stored or deflated: got zip method 12/],
    [spoilt(20, 7), /must be 8 bytes: got 7/],
    [spoilt(24, 9), /must be 8 bytes: got 9/],
    [spoilt(42, 1), /where the zip directory says: got something else/],
    [spoilt(42, 255, 255, 0, 0), /at least \d+ bytes, as its directory says/],
    [spoilt(28, 255), /"zip directory" must be/],
    [spoilt(10, 8), /must be deflated bytes|bytes unpacked/],
  ];
  for (const [file, message] of cases) {
    match(left(await readWeights(file)()).message, message);
  }
});

for (const name of ["strided.pth", "training.pth", "legacy.pth"]) {
  Deno.test(`readWeights() answers, and never throws, whatever is changed in ${name}`, async () => {
    const whole = await fixtureBytes(`weights/${name}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })),
          { minLength: 1, maxLength: 4 },
        ),
        async (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const { _tag } = await readWeights(blob(bytes))();
          equal(/^(Left|Right)$/.test(_tag), true);
        },
      ),
      { numRuns: 600, seed: 3 },
    );
  });
}
