import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors } from "../../../src/data/read_safetensors.ts";
import { encodeSafetensors } from "../../../src/data/safetensors.ts";
import {
  listWeights,
  readWeights,
} from "../../../src/data/weights/read_weights.ts";
import { left, right, withFolder } from "../_helpers.ts";
import {
  blob,
  checkpoint,
  dict,
  fixture,
  fixtureBytes,
  int,
  pickle,
  tensor,
  text,
} from "./_build.ts";

/** What PyTorch reads from the fixtures, by `make_weights.py`. */
type Expected = Readonly<
  Record<string, Record<string, { shape: number[]; data: number[] }>>
>;

async function expected(file: string): Promise<Expected[string]> {
  const bytes = await fixtureBytes("weights/expected.json");
  return (JSON.parse(new TextDecoder().decode(bytes)) as Expected)[file]!;
}

for (
  const [file, format, wrapper] of [
    ["dtypes.pth", "pytorch", ""],
    ["strided.pth", "pytorch", ""],
    ["protocol4.pth", "pytorch", ""],
    ["legacy.pth", "pytorch-legacy", "state_dict"],
    ["training.pth", "pytorch", "teacher"],
  ] as const
) {
  Deno.test(`readWeights() reads ${file} as PyTorch does`, async () => {
    const { listing, tensors } = right(
      await readWeights(fixture(`weights/${file}`))(),
    );
    equal(listing.format, format);
    equal(listing.wrapper, wrapper);
    const want = await expected(file);
    deepStrictEqual(Object.keys(tensors), Object.keys(want));
    for (const [name, { shape, data }] of Object.entries(want)) {
      const got = tensors[name]!;
      deepStrictEqual(got.shape, shape, name);
      deepStrictEqual(got.data, Float32Array.from(data), name);
    }
  });
}

for (
  const name of [
    "tiny-dino",
    "tiny-dinov2",
    "tiny-dinov2-reg",
    "tiny-ibot",
    "tiny-resnet-basic",
    "tiny-resnet-bottleneck",
  ]
) {
  Deno.test(`readWeights() reads the same from both files of ${name}`, async () => {
    const file = fixture(`goldens/models/${name}`);
    const pth = right(await readWeights(`${file}.pth`)());
    const safe = right(await readWeights(`${file}.safetensors`)());
    const plain = right(await readSafetensors(`${file}.safetensors`)());
    deepStrictEqual(safe.tensors, plain.tensors);
    const { key = "", prefix = "" } = JSON.parse(
      new TextDecoder().decode(
        await fixtureBytes(`goldens/models/${name}.json`),
      ),
    ).checkpoint;
    equal(pth.listing.wrapper, key);
    for (const [tensor, { shape, data }] of Object.entries(safe.tensors)) {
      const got = pth.tensors[`${prefix}${tensor}`]!;
      deepStrictEqual({ shape: [...got.shape], data: got.data }, {
        shape,
        data,
      });
    }
  });
}

Deno.test("readWeights() tells formats by content, not by name", async () => {
  const pth = await fixtureBytes("weights/strided.pth");
  const read = right(await readWeights(blob(pth, "model.safetensors"))());
  equal(read.listing.format, "pytorch");
  const a = { shape: [1], data: Float32Array.of(1) };
  const safe = encodeSafetensors({ a });
  const other = right(await readWeights(blob(safe, "model.pth"))());
  equal(other.listing.format, "safetensors");
});

Deno.test("listWeights() tells what a training checkpoint holds", async () => {
  const file = fixture("weights/training.pth");
  const listing = right(await listWeights(file)());
  deepStrictEqual(listing.skipped, [
    "student",
    "optimizer",
    "epoch",
    "args",
    "dino_loss",
    "best",
    "history",
  ]);
  deepStrictEqual(listing.tensors["backbone.weight"], {
    shape: [2, 3],
    dtype: "F32",
  });
  const student = right(await listWeights(file, { key: "student" })());
  ok("module.backbone.weight" in student.tensors);
  const error = left(await listWeights(file, { key: "ema" })());
  match(error.message, /must be a dict "ema": got student, teacher$/);
});

Deno.test("readWeights() reads only the tensors that are asked for", async () => {
  const file = fixture("weights/strided.pth");
  const { tensors } = right(
    await readWeights(file, { select: () => ["column"] })(),
  );
  deepStrictEqual(Object.keys(tensors), ["column"]);
});

Deno.test("readWeights() reads big-endian and deflated storages", async () => {
  const data = pickle(dict({
    a: tensor({ count: 3, offset: 1, shape: [2], strides: [1] }),
    h: tensor({ type: "Half", key: "1", count: 1, shape: [], strides: [] }),
  }));
  const storages = {
    // 1, 2, 3 as float32 and 1.5 as float16, the high byte first.
    0: Uint8Array.of(0x3f, 0x80, 0, 0, 0x40, 0, 0, 0, 0x40, 0x40, 0, 0),
    1: Uint8Array.of(0x3e, 0),
    "../byteorder": new TextEncoder().encode("big"),
  };
  // The helper puts storages into archive/data/; this one lies beside it.
  const { zipSync } = await import("fflate");
  const bytes = zipSync({
    "archive/data.pkl": data,
    "archive/byteorder": storages["../byteorder"],
    "archive/data/0": storages[0],
    "archive/data/1": storages[1],
  }, { level: 9 });
  const { tensors } = right(await readWeights(blob(bytes))());
  deepStrictEqual([...tensors["a"]!.data], [2, 3]);
  deepStrictEqual([...tensors["h"]!.data], [1.5]);
});

Deno.test("readWeights() reads the shards of an index, of any format", async () => {
  await withFolder(async (folder) => {
    const one = { a: { shape: [1], data: Float32Array.of(1) } };
    const index = {
      metadata: { total_size: 8 },
      weight_map: { a: "model-00001-of-00002.safetensors", b: "two.bin" },
    };
    const two = checkpoint(
      pickle(dict({ b: tensor({ count: 1, shape: [1], strides: [1] }) })),
      { 0: Uint8Array.of(0, 0, 0x40, 0x40) },
    );
    const file = join(folder, "model.safetensors.index.json");
    await writeFile(
      join(folder, index.weight_map.a),
      encodeSafetensors(one, { format: "pt" }),
    );
    await writeFile(
      join(folder, "two.bin"),
      new Uint8Array(await two.arrayBuffer()),
    );
    await writeFile(file, JSON.stringify(index));
    const { listing, tensors } = right(await readWeights(file)());
    equal(listing.format, "sharded");
    deepStrictEqual(tensors, {
      ...one,
      b: { shape: [1], data: Float32Array.of(3) },
    });

    const refusal = async (weight_map: unknown): Promise<string> => {
      await writeFile(file, JSON.stringify({ weight_map }));
      return left(await readWeights(file)()).message;
    };
    match(await refusal({ a: "../a" }), /"weight_map.a" must be a file beside/);
    match(
      await refusal(undefined),
      /safetensors.*: got JSON without a weight_map/,
    );
    match(await refusal({ a: ".." }), /must be a file beside/);
    match(await refusal({ a: 3 }), /must be a file beside/);
    match(await refusal([]), /1 to 512 shards: got 0/);
    match(await refusal(null), /must be a shard by tensor/);
    match(await refusal({ a: "none" }), /none: must be a readable file/);
    match(await refusal({ c: "two.bin" }), /weight_map.c" must be a tensor/);
    match(
      await refusal({ b: "two.bin", a: index.weight_map.a, c: "two.bin" }),
      /weight_map.c" must be a tensor of its shard: got two.bin/,
    );
    await writeFile(file, "{");
    match(
      left(await readWeights(file)()).message,
      /safetensors.*: got text that is not JSON/,
    );
    match(
      left(await readWeights(blob(new TextEncoder().encode("{  }    }")))())
        .message,
      /an index of other files/,
    );
  });
});

Deno.test("readWeights() asks which of several unknown dicts is meant", async () => {
  const one = tensor({ count: 1, shape: [1], strides: [1] });
  const file = checkpoint(
    pickle(dict({ left: dict({ w: one }), right: dict({ w: one }) })),
    { 0: new Uint8Array(4) },
  );
  const error = left(await readWeights(file)());
  match(error.message, /"key" must be one of left, right: got none/);
  const read = right(await readWeights(file, { key: "right" })());
  equal(read.listing.wrapper, "right");
});

Deno.test("readWeights() says what a file that is no weights file is", async () => {
  const cases: readonly [string, RegExp][] = [
    [
      "",
      /"file" must be safetensors, its \*\.index\.json or .*: got an empty file/,
    ],
    ["version https://git-lfs.github.com/spec/v1", /Git LFS pointer/],
    ["<!doctype html>", /got a web page: the download failed/],
    ["\x89HDF\r\n\x1a\n........", /HDF5/],
    [`readme.txt${"\0".repeat(247)}ustar`, /a tar archive/],
    ["\x80\x03K\x01.........", /safetensors.*got another pickle \(1\)/],
    ["hello, I am no weights file", /got text, or a pickle of protocol 0/],
    ["cos\nsystem\n(S'echo'\ntR.", /got text, or a pickle of protocol 0/],
    ["\x1f\x8b\x08 and so on", /got gzip: unpack it first/],
    ["\x01\x02\x03\x04\x05\x06\x07\x08\x09", /\.bin\): got something else/],
    ["\x01\x02\x03\x04\x05\x06\x07\x08{", /"header length" must be/],
    ["\x89PNG\r\n\x1a\n....", /safetensors.*: got a picture/],
    ["hi", /safetensors.*: got text, or a pickle of protocol 0/],
  ];
  for (const [content, message] of cases) {
    const bytes = Uint8Array.from(content, (char) => char.charCodeAt(0));
    match(left(await readWeights(blob(bytes))()).message, message);
  }
  const { zipSync } = await import("fflate");
  const npz = zipSync({ "arr_0.npy": Uint8Array.of(1) });
  match(
    left(await readWeights(blob(npz))()).message,
    /safetensors.*: got a zip archive without data.pkl \(arr_0.npy\)/,
  );
  equal(left(await readWeights("no/such.pth")())._tag, "MissingFile");
  match(left(await readWeights(fixture("weights"))()).message, /a folder/);
});

Deno.test("readWeights() refuses every cut of a checkpoint", async () => {
  for (const name of ["strided.pth", "legacy.pth"]) {
    const bytes = await fixtureBytes(`weights/${name}`);
    for (let length = 0; length < bytes.length; length += 7) {
      const error = left(await readWeights(blob(bytes.subarray(0, length)))());
      equal(error._tag, "MalformedFile", `${name} cut to ${length}`);
    }
  }
});

Deno.test("readWeights() names a tensor that does not fit its storage", async () => {
  const one = { count: 2, shape: [2], strides: [1] };
  const cases: readonly [string, RegExp][] = [
    [tensor({ ...one, offset: 1 }), /a storage of 3 elements: got 2/],
    [tensor({ ...one, strides: [2] }), /a storage of 3 elements: got 2/],
    [tensor({ ...one, strides: [1, 1] }), /an offset, sizes and as many/],
    [tensor({ ...one, shape: [-2] }), /an offset, sizes and as many/],
    [tensor({ ...one, key: "9" }), /"archive\/data\/9" must be in the archive/],
    [tensor({ ...one, count: 3 }), /must be 12 bytes: got 8/],
    [tensor({ ...one, type: "ComplexFloat" }), /torch.ComplexFloatStorage/],
    [tensor({ ...one, type: "Untyped", count: 8 }), /a typed storage/],
    [int(1), /"checkpoint" must be tensors in it: got none/],
  ];
  for (const [value, message] of cases) {
    const file = checkpoint(pickle(dict({ w: value })), {
      0: new Uint8Array(8),
    });
    match(left(await readWeights(file)()).message, message);
  }
  const nan = checkpoint(pickle(dict({ w: tensor(one) })), {
    0: Uint8Array.of(0, 0, 0, 0, 0, 0, 0xc0, 0x7f),
  });
  equal(
    left(await readWeights(nan)()).message,
    'w.pth: "w" must be finite numbers: got NaN at element 1',
  );
});

Deno.test("readWeights() refuses pickles that are no pickles", async () => {
  const cases: readonly [Uint8Array, RegExp][] = [
    [pickle("t"), /a mark on the stack: got none/],
    [pickle("R"), /a value on the stack: got none/],
    [pickle("h", 5), /"archive\/data.pkl, byte 2" must be remembered: got 5/],
    [pickle("\xff"), /an operation of a pickle: got 0xff/],
    [pickle(`K\x01${text("a")}a`), /a list to append to: got 1/],
    [pickle("](K\x01u"), /keys with values: got a key alone/],
    [pickle("](K\x01K\x02u"), /a dict to fill: got a list/],
    [pickle("K\x01K\x02R"), /a known name with a tuple: got 1/],
    [pickle("K\x01Q"), /a storage with its type, key and length: got 1/],
    [pickle("X\xff\xff\xff\x7fabc"), /a whole pickle: got its end/],
    [pickle("\x8b\xff\xff\xff\x7f"), /at most 64 bytes long/],
    [pickle("\x80\x06"), /pickle protocol 0 to 5/],
    [pickle("N"), /"checkpoint" must be a dict of tensors: got null/],
    [Uint8Array.of(0x80, 2, 0x4e), /a whole pickle/],
  ];
  for (const [data, message] of cases) {
    match(left(await readWeights(checkpoint(data))()).message, message);
  }
});
