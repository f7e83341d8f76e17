import type { Checkpoint } from "../../src/runs/checkpoint.ts";
import type { Result } from "../../src/core/result.ts";

/** A small checkpoint whose numbers are awkward in decimal. */
export function exampleCheckpoint(): Checkpoint {
  const tensor = (values: readonly number[], shape: readonly number[]) => ({
    shape,
    data: Float32Array.from(values),
  });
  return {
    version: 1,
    architecture: {
      backbone: {
        name: "resnet",
        block: "bottleneck",
        layers: [3, 4, 6],
        width: 64,
      },
      temperature: { kind: "mlp", hidden: 1024 },
    },
    config: { batchSize: 8, alphas: [0.05, 0.1], data: null, augment: true },
    step: 120,
    epoch: 3,
    order: { seed: 2 ** 31 + 5, position: 17 },
    best: { name: "pck@0.1", value: 0.1 + 0.2, step: 100 },
    parameters: {
      "layer1.0.conv1.weight": tensor([0.1, -1e-38, 3.4e38, 1 / 3], [
        2,
        2,
        1,
        1,
      ]),
      "temperature.beta": tensor([0.02], []),
      "layer1.0.bn1.running_mean": tensor([-0, 1e-45], [2]),
    },
    adam: {
      step: 119,
      m: {
        "layer1.0.conv1.weight": tensor([1e-9, 0, -1e-9, 2], [2, 2, 1, 1]),
        "temperature.beta": tensor([-0.5], []),
      },
      v: {
        "layer1.0.conv1.weight": tensor([1e-20, 0, 1, 2], [2, 2, 1, 1]),
        "temperature.beta": tensor([0.25], []),
      },
    },
  };
}

/** The success of a result; throws its error otherwise. */
export function right<E, A>(result: Result<E, A>): A {
  if (result._tag === "Left") throw new Error(JSON.stringify(result.left));
  return result.right;
}

/** The failure of a result; throws otherwise. */
export function left<E, A>(result: Result<E, A>): E {
  if (result._tag === "Right") throw new Error("must fail: got a success");
  return result.left;
}

/** Runs `f` in a new folder and removes it afterwards. */
export async function inFolder(
  f: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await f(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
