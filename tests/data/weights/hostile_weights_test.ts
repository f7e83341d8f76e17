// Files that are made to harm: each must be refused within a second and 200 MB.
import { equal, match, ok } from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { concat } from "../_png.ts";
import { withFolder } from "../_helpers.ts";
import { blob, checkpoint, dict, pickle, tensor, text } from "./_build.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PROCESS = fileURLToPath(new URL("_refusal_process.ts", import.meta.url));

interface Refused {
  readonly message: string;
  readonly ms: number;
  readonly peakKb: number;
}

async function refuse(file: Blob): Promise<Refused> {
  let refused: Refused | undefined;
  await withFolder(async (folder) => {
    const path = join(folder, "w.pth");
    await writeFile(path, new Uint8Array(await file.arrayBuffer()));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--config",
        `${ROOT}/deno.json`,
        PROCESS,
        path,
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout);
    ok(said !== "", new TextDecoder().decode(stderr));
    refused = JSON.parse(said) as Refused;
    equal((await readdir(folder)).join(), "w.pth", "something ran");
  });
  return refused!;
}

/** An entry of ten thousand times its size, and a pickle that asks for it. */
function bomb(declared: number): Blob {
  const count = 2 ** 24;
  const data = pickle(dict({
    w: tensor({ count, shape: [count], strides: [1] }),
  }));
  const bytes = zipSync({
    "archive/data.pkl": [data, { level: 0 }],
    "archive/data/0": [new Uint8Array(4 * count), { level: 1 }],
  });
  // Sizes unpacked stand 24 bytes into an entry of the directory.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length - 46; at++) {
    const isLarge = view.getUint32(at, true) === 0x02014b50 &&
      view.getUint32(at + 24, true) === 4 * count;
    if (isLarge) view.setUint32(at + 24, declared, true);
  }
  return blob(bytes);
}

const one = tensor({ count: 1, shape: [1], strides: [1] });
const storage = { 0: new Uint8Array(4) };
const callSystem = (name: string) =>
  dict({ w: one, x: `c${name}\n(${text("echo > pwned")}tR` });

const hostile: Readonly<Record<string, readonly [() => Blob, RegExp]>> = {
  "a pickle that calls os.system": [
    () => checkpoint(pickle(callSystem("os\nsystem")), storage),
    /"archive\/data.pkl, byte \d+" must be a tensor or plain data: got os\.system: code of a checkpoint is never run/,
  ],
  "the pickle that Python makes of os.system": [
    () =>
      checkpoint(
        // pickle.dumps of a class whose __reduce__ gives (os.system, ("echo run …",)).
        Uint8Array.fromHex(
          "80027d71005806000000776569676874710163706f7369780a73797374656d0a71" +
            "02581c0000006563686f2072756e2062792061207069636b6c65203e2070776e65" +
            "647103857104527105732e",
        ),
      ),
    /got posix\.system/,
  ],
  "builtins.eval": [
    () => checkpoint(pickle(callSystem("builtins\neval")), storage),
    /got builtins\.eval/,
  ],
  "builtins.getattr": [
    () => checkpoint(pickle(callSystem("builtins\ngetattr")), storage),
    /got builtins\.getattr/,
  ],
  "os.system by the operation of protocol 4": [
    () => checkpoint(pickle("\x8c\x02os\x8c\x06system\x93")),
    /got os\.system/,
  ],
  "os.system by the operation of protocol 0": [
    () => checkpoint(pickle("(ios\nsystem\n")),
    /got os\.system/,
  ],
  "a name that is made of a known one": [
    () => checkpoint(pickle("ctorch.serialization\nload\n")),
    /got torch\.serialization\.load/,
  ],
  "a class of one's own": [
    () => checkpoint(pickle("ctorchvision.models.resnet\nResNet\n)\x81")),
    /got torchvision\.models\.resnet\.ResNet.*save model\.state_dict\(\) alone/,
  ],
  "os.system in the format before PyTorch 1.6": [
    () =>
      blob(concat([
        pickle("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"),
        pickle("M\xe9\x03"),
        pickle("}"),
        pickle("cos\nsystem\n"),
      ])),
    /"object, byte 2".*got os\.system/,
  ],
  "a zip bomb that tells its size": [
    () => bomb(2 ** 26),
    /"zip directory" must be \d+ bytes unpacked at most, .*got 67\d{6}: weights do not shrink/,
  ],
  "a zip bomb that hides its size": [
    () => {
      const data = pickle(dict({
        w: tensor({ count: 4, shape: [4], strides: [1] }),
      }));
      const bytes = zipSync({
        "archive/data.pkl": data,
        "archive/data/0": [new Uint8Array(2 ** 26), { level: 1 }],
      });
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0; at < bytes.length - 46; at++) {
        if (view.getUint32(at, true) !== 0x02014b50) continue;
        if (view.getUint32(at + 24, true) === 2 ** 26) {
          view.setUint32(at + 24, 16, true);
        }
      }
      return blob(bytes);
    },
    /"archive\/data\/0" must be 16 bytes unpacked: got more: a zip bomb/,
  ],
  "a pickle that is a zip bomb": [
    () => {
      const bytes = zipSync({
        "archive/data.pkl": [new Uint8Array(2 ** 27).fill(0x5d), { level: 1 }],
        "archive/data/0": [new Uint8Array(2 ** 24), { level: 0 }],
      });
      return blob(bytes);
    },
    /"archive\/data.pkl" must be at most 16777216 bytes: got 134217728/,
  ],
  "a pickle of many empty lists": [
    () =>
      checkpoint(
        concat([
          Uint8Array.of(0x80, 2),
          new Uint8Array(2 ** 23).fill(0x5d),
          Uint8Array.of(0x2e),
        ]),
      ),
    /at most 500000 operations: got more/,
  ],
  "a tensor of one element, repeated": [
    () =>
      checkpoint(
        pickle(dict({
          w: tensor({
            count: 1,
            shape: [2 ** 30, 2 ** 10],
            strides: [0, 0],
          }),
        })),
        storage,
      ),
    /"tensors" must be at most \d+ bytes in float32 .*got 4398046511104/,
  ],
  "a safetensors header of 2^60 bytes": [
    () =>
      blob(concat([
        Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x10),
        new TextEncoder().encode("{}"),
      ])),
    /"header length" must be at most 2 bytes: got 1152921504606846976/,
  ],
  "a safetensors header of two million names": [
    () => {
      const names = Array.from({ length: 2e6 }, (_, i) => `"${i}":{}`);
      const json = new TextEncoder().encode(`{${names.join(",")}}`);
      const length = new Uint8Array(8);
      new DataView(length.buffer).setUint32(0, json.length, true);
      return blob(concat([length, json]));
    },
    /"header" must be at most 400000 parts of JSON: got 4000000/,
  ],
  "an index of a million lists": [
    () =>
      blob(
        new TextEncoder().encode(`{"weight_map":[${"[],".repeat(1e6)}[]]}`),
        "w.json",
      ),
    /"file" must be at most 400000 parts of JSON/,
  ],
  "a safetensors tensor of 2^50 elements": [
    () => {
      const header = new TextEncoder().encode(JSON.stringify({
        a: {
          dtype: "F32",
          shape: [2 ** 50],
          data_offsets: [0, 2 ** 52],
        },
      }));
      return blob(concat([
        Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0),
        header,
      ]));
    },
    /"a\.data_offsets" must be within the 0 bytes that the file holds/,
  ],
};

for (const [what, [make, message]] of Object.entries(hostile)) {
  Deno.test(`readWeights() refuses ${what} at once`, async () => {
    const refused = await refuse(make());
    match(refused.message, message);
    ok(refused.ms < 1000, `${refused.ms} ms`);
    // Only Linux tells it.
    equal(refused.peakKb > 0, Deno.build.os === "linux");
    ok(refused.peakKb < 200_000, `${refused.peakKb} kB`);
  });
}
