import { deepStrictEqual, equal, match } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "../../src/data/files.ts";
import { readSafetensors } from "../../src/data/read_safetensors.ts";
import { left, right, withFolder } from "./_helpers.ts";

const MODELS = join(
  import.meta.dirname!,
  "..",
  "fixtures",
  "goldens",
  "models",
);

Deno.test("readSafetensors() reads a file of another writer", async () => {
  const file = join(MODELS, "tiny-resnet-basic.safetensors");
  const { tensors } = right(await readSafetensors(file)());
  const bytes = await readFile(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const { dtype, shape: wanted, data_offsets: [begin] } = header[name];
    deepStrictEqual(shape, wanted, name);
    if (dtype === "F32" && data.length > 0) {
      equal(data[0], bytes.readFloatLE(8 + length + begin), name);
    }
  }
});

Deno.test("readSafetensors() names a missing and a cut file", () =>
  withFolder(async (folder) => {
    const file = join(folder, "w.safetensors");
    equal(left(await readSafetensors(file)())._tag, "MissingFile");
    const whole = await readFile(join(MODELS, "tiny-dino.safetensors"));
    right(await writeAtomic(file, whole.subarray(0, -4))());
    const { message } = left(await readSafetensors(file)());
    match(
      message,
      /w\.safetensors: .* must be within the \d+ bytes that the file holds/,
    );
  }));
