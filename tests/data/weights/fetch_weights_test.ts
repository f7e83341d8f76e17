import { deepStrictEqual, equal, match, ok, throws } from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OptionError } from "../../../src/core/errors.ts";
import { encodeSafetensors } from "../../../src/data/safetensors.ts";
import {
  fetchWeights,
  type FetchWeightsOptions,
} from "../../../src/data/weights/fetch_weights.ts";
import {
  KNOWN_WEIGHTS,
  weightsLicense,
} from "../../../src/data/weights/known_weights.ts";
import { readWeights } from "../../../src/data/weights/read_weights.ts";
import { serveBytes, sha256, withServer } from "../_file_server.ts";
import { left, right, withFolder } from "../_helpers.ts";
import { COMMIT, withHub } from "./_hub_server.ts";

const TENSOR = { a: { shape: [5000], data: new Float32Array(5000).fill(3) } };
const BYTES = encodeSafetensors(TENSOR).slice();

const fetched = async (reference: string, options: FetchWeightsOptions) =>
  right(await fetchWeights(reference, options)());
const refused = async (reference: string, options: FetchWeightsOptions) =>
  left(await fetchWeights(reference, { retries: 0, ...options })()).message;

Deno.test("fetchWeights() takes a file of the hub once, and compares it after that", async () => {
  await withFolder((cache) =>
    withHub({ "model.safetensors": BYTES }, {}, async (hub, seen) => {
      const progress: number[] = [];
      const reference = "hf:facebook/model";
      const first = await fetched(reference, {
        cache,
        hub,
        onProgress: ({ name, done, total }) => {
          equal(name, "model.safetensors");
          equal(total, BYTES.length);
          progress.push(done);
        },
      });
      equal(first.wasKept, false);
      equal(first.sha256, sha256(BYTES));
      equal(first.commit, COMMIT);
      equal(progress.at(-1), BYTES.length);
      deepStrictEqual(
        right(await readWeights(first.file)()).tensors,
        TENSOR,
      );
      deepStrictEqual(seen.map(({ method, path }) => `${method} ${path}`), [
        "HEAD /facebook/model/resolve/main/model.safetensors",
        // At the commit, so that the branch cannot move in between.
        `GET /facebook/model/resolve/${COMMIT}/model.safetensors`,
        "GET /store/model.safetensors",
      ]);
      const again = await fetched(reference, { cache, hub });
      equal(again.wasKept, true);
      equal(again.file, first.file);
      equal(seen.length, 4);
      // With a file that was changed since, it is fetched again.
      await writeFile(first.file, "x");
      equal((await fetched(reference, { cache, hub })).wasKept, false);
    })
  );
});

Deno.test("fetchWeights() goes on with a broken download", async () => {
  await withFolder((cache) =>
    withHub(
      { "deep/w.bin": BYTES },
      { breakAfter: 9000 },
      async (hub, seen) => {
        const reference = "hf:o/model/deep/w.bin@main";
        match(
          await refused(reference, { cache, hub }),
          /got a broken connection$/,
        );
        const { file } = await fetched(reference, { cache, hub });
        deepStrictEqual(new Uint8Array(await readFile(file)), BYTES);
        equal(seen.at(-1)?.range, "bytes=9000-");
        const names = await readdir(join(cache, "o--model--main", "deep"));
        deepStrictEqual(names.sort(), ["w.bin", "w.bin.about.json"]);
      },
    )
  );
});

Deno.test("fetchWeights() takes the kept file where there is no network", async () => {
  await withFolder(async (cache) => {
    let hub = "";
    await withHub({ "model.safetensors": BYTES }, {}, async (address) => {
      hub = address;
      await fetched("hf:o/model", { cache, hub });
    });
    const kept = await fetched("hf:o/model", { cache, hub, retries: 0 });
    equal(kept.wasKept, true);
    match(
      await refused("hf:o/other", { cache, hub }),
      /got no answer/,
    );
  });
});

Deno.test("fetchWeights() takes an index with its shards", async () => {
  const index = new TextEncoder().encode(JSON.stringify({
    weight_map: { a: "model-1.safetensors" },
  }));
  const files = {
    "model.safetensors.index.json": index,
    "model-1.safetensors": BYTES,
  };
  await withFolder((cache) =>
    withHub(files, {}, async (hub) => {
      const { file, bytes } = await fetched("hf:o/model", { cache, hub });
      match(file, /model\.safetensors\.index\.json$/);
      equal(bytes, BYTES.length + index.length);
      const { listing, tensors } = right(await readWeights(file)());
      equal(listing.format, "sharded");
      deepStrictEqual(tensors, TENSOR);
      equal((await fetched("hf:o/model", { cache, hub })).wasKept, true);
    })
  );
  await withFolder((cache) => {
    const evil = JSON.stringify({ weight_map: { a: "../../x" } });
    const only = {
      "model.safetensors.index.json": new TextEncoder().encode(evil),
    };
    return withHub(only, {}, async (hub) => {
      match(
        await refused("hf:o/model", { cache, hub }),
        /must be a file beside the index: got \.\.\/\.\.\/x/,
      );
    });
  });
});

Deno.test("fetchWeights() follows a renamed repository, and says what is not there", async () => {
  await withFolder((cache) =>
    withHub({ "pytorch_model.bin": BYTES }, {}, async (hub) => {
      const { file } = await fetched("hf:old/model", { cache, hub });
      match(file, /pytorch_model\.bin$/);
      match(
        await refused("hf:gated/model", { cache, hub }),
        /got answer 401: private, gated or not there$/,
      );
      match(
        await refused("hf:o/none", { cache, hub }),
        /hf:o\/none@main: .*got no file model\.safetensors, /,
      );
      match(
        await refused("hf:o/model/x.pth", { cache, hub }),
        /got no file x\.pth$/,
      );
    })
  );
});

Deno.test("fetchWeights() refuses a file that is not what the hub says", async () => {
  const etag = `"${"0".repeat(64)}"`;
  await withFolder((cache) =>
    withHub({ "model.safetensors": BYTES }, { etag }, async (hub) => {
      match(
        await refused("hf:o/model", { cache, hub }),
        /got SHA-256 \w{64} instead of 0{64}$/,
      );
      deepStrictEqual(await readdir(cache), []);
    })
  );
});

Deno.test("fetchWeights() stops on a signal", async () => {
  await withFolder((cache) =>
    withHub({ "model.safetensors": BYTES }, {}, async (hub) => {
      const signal = AbortSignal.abort();
      const error = await refused("hf:o/model", { cache, hub, signal });
      match(error, /got stopped: call again to go on$/);
    })
  );
});

Deno.test("fetchWeights() takes known weights from their publisher, with checksum and licence", async () => {
  await withFolder((cache) =>
    withServer((request) => serveBytes(request, BYTES), async (base, seen) => {
      const asked: string[] = [];
      const options = {
        cache,
        fetch: (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
          asked.push(`${input}`);
          return fetch(base, init);
        },
      };
      const dino = await fetched("dino-vitb8", options);
      deepStrictEqual(asked, [
        "https://dl.fbaipublicfiles.com/dino/dino_vitbase8_pretrain/dino_vitbase8_pretrain.pth",
      ]);
      match(dino.license ?? "", /^Apache-2\.0/);
      const about = JSON.parse(
        await readFile(`${dino.file}.about.json`, "utf8"),
      );
      equal(about.license, dino.license);
      equal(about.url, asked[0]);
      equal((await fetched("dino-vitb8", options)).wasKept, true);
      equal(seen.length, 1);
      // The name of torchvision's file holds its checksum, which is not this one's.
      match(
        await refused("resnet101", options),
        /got SHA-256 \w{64} instead of 63fe2227$/,
      );
      const plain = await fetched(`${base}/some/w.pth`, { cache });
      equal(plain.license, undefined);
    })
  );
});

Deno.test("fetchWeights() refuses a reference of no known form", () => {
  for (
    const reference of [
      "resnet9",
      "hf:owner",
      "hf:a/b/../c",
      "hf:../b",
      "hf:a/b@..",
      "hf:a/b@x/../y",
      "file:///etc/passwd",
      "https://host/",
      "https://host/..",
    ]
  ) {
    throws(() => fetchWeights(reference, { cache: "c" }), OptionError);
  }
});

Deno.test("KNOWN_WEIGHTS have each a name, an address and a licence of their own", () => {
  const names = KNOWN_WEIGHTS.map(({ name }) => name);
  const urls = KNOWN_WEIGHTS.map(({ url }) => url);
  equal(new Set(names).size, names.length);
  equal(new Set(urls).size, urls.length);
  for (const { url, license, sha256 } of KNOWN_WEIGHTS) {
    match(url, /^https:\/\/[\w./-]+\.pth$/);
    ok(license.length > 20);
    if (sha256 !== undefined) ok(url.endsWith(`-${sha256}.pth`));
  }
});

Deno.test("weightsLicense() knows files by their name", () => {
  match(weightsLicense("a/resnet101-5d3b4d8f.pth") ?? "", /^BSD-3-Clause/);
  match(weightsLicense("dinov2_vitl14_reg4_pretrain.pth") ?? "", /dinov2/);
  match(weightsLicense("hf:facebook/dino-vitb16") ?? "", /^Apache/);
  equal(weightsLicense("mine.safetensors"), undefined);
});
