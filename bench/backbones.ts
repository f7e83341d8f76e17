/**
 * Compares vision transformers of the published sizes with PyTorch: features
 * and time, the same random weights on both sides.
 *
 *     deno task bench:backbones [--python PATH] [--model NAME]... [--steps 5] [--seed 0]
 *
 * PyTorch writes checkpoints and features to a temporary folder; the library
 * reads the `.pth` as it reads a published one. Ends with 1 where a feature is
 * off by more than 1e-3, and well where there is no PyTorch.
 *
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { onnxBackend } from "@simsc/core/backends/onnx";
import { type NamedTensors, readSafetensors } from "@simsc/core/data";
import { backboneConfig, backboneFeatures } from "@simsc/core/nn";
import { bakedParameters, readBackbone } from "@simsc/core/runs";
import { wholeOption } from "./option_values.ts";
import { scriptOptions } from "./script_options.ts";
import { startPeer } from "./side_process.ts";
import { summarize } from "./statistics.ts";

const MODELS = ["dino-vitb8", "ibot-vitb16", "dinov2-vitb14-reg"];
const THREADS = 2;
const TOLERANCE = 1e-3;

/** How far two lists of numbers are apart. */
interface Distance {
  /** Largest difference over the largest wanted value. */
  readonly largest: number;
  /** Norm of the difference over the norm of what was wanted. */
  readonly norm: number;
}

function distance(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
): Distance {
  const sum = { difference: 0, wanted: 0, off: 0, peak: 0 };
  for (let i = 0; i < wanted.length; i++) {
    const want = wanted[i] ?? NaN;
    const off = Math.abs((got[i] ?? NaN) - want);
    sum.difference += off * off;
    sum.wanted += want * want;
    // A NaN stays, so that it fails.
    sum.off = off <= sum.off ? sum.off : off;
    sum.peak = Math.max(sum.peak, Math.abs(want));
  }
  return {
    largest: sum.off / sum.peak,
    norm: Math.sqrt(sum.difference / sum.wanted),
  };
}

const { values: options } = scriptOptions(import.meta.url, {
  options: {
    python: { type: "string", default: "python3" },
    model: { type: "string", multiple: true, default: MODELS },
    steps: { type: "string", default: "5" },
    seed: { type: "string", default: "0" },
  },
});
const steps = wholeOption("--steps", options.steps);
const seed = wholeOption("--seed", options.seed, 0);

/** Reads a file or ends with what is wrong with it. */
async function opened(
  read: ReturnType<typeof readBackbone>,
): Promise<NamedTensors> {
  const result = await read();
  if (result._tag === "Right") return result.right;
  console.error(result.left.message);
  process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), "simsc-backbones-"));
const models = options.model.flatMap((name) => ["--model", name]);
const peer = await startPeer(options.python, [
  ...["make_vits.py", folder, "--seed", `${seed}`] as const,
  ...models,
]);
if (peer === undefined) {
  await rm(folder, { recursive: true });
  console.log(`skipped: ${options.python} has no PyTorch`);
  process.exit(0);
}
console.log(`PyTorch ${peer.versions["torch"]}, ${THREADS} threads each`);
let worst = 0;
for (const name of options.model) {
  const config = backboneConfig(name);
  const weights = await opened(
    readBackbone(join(folder, `${name}.pth`), config),
  );
  const cases = await readSafetensors(join(folder, `${name}.safetensors`))();
  if (cases._tag === "Left") throw new Error(cases.left.message);
  const created = await onnxBackend({ device: "cpu", threads: THREADS })();
  if (created._tag === "Left") throw created.left;
  const backend = created.right;
  const program = backend.compile(({ images }) => ({
    features: backboneFeatures(
      backend,
      bakedParameters(backend, weights),
      images!,
      config,
    ),
  }));
  for (const index of [0, 1]) {
    const { tensors } = cases.right;
    const image = tensors[`image.${index}`]!;
    const wanted = tensors[`features.${index}`]!;
    const images = backend.tensor(image.data, image.shape);
    const times = { ours: [] as number[], theirs: [] as number[] };
    let apart: Distance = { largest: NaN, norm: NaN };
    for (let step = -1; step < steps; step++) {
      const start = performance.now();
      const { features } = await program({ images });
      const [data = []] = await backend.read([features!]);
      const ours = performance.now() - start;
      const request = { case: `${name} ${index}`, steps: 1 };
      const { ms: [theirs = NaN] } = await peer.run(request);
      apart = distance(data, wanted.data);
      backend.dispose([features!]);
      if (step < 0) continue;
      times.ours.push(ours);
      times.theirs.push(theirs);
    }
    backend.dispose([images]);
    worst = Math.max(worst, apart.largest, apart.norm);
    const [a, b] = [summarize(times.ours), summarize(times.theirs)];
    console.log(
      `${name} ${image.shape.slice(2).join(" x ")}: ` +
        `largest ${apart.largest.toExponential(1)}, ` +
        `norm ${apart.norm.toExponential(1)}; ${a.median.toFixed(0)} ms ` +
        `to PyTorch's ${b.median.toFixed(0)} ms, ` +
        `ratio ${(a.median / b.median).toFixed(2)}; ` +
        `peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
    );
  }
  await backend.close();
}
peer.close();
await rm(folder, { recursive: true });
process.exit(worst <= TOLERANCE ? 0 : 1);
