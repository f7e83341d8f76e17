import { match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { READING_DEFAULTS } from "../src/data/read_pairs.ts";
import { GROUPING } from "../src/runs/grouped_config.ts";
import { drawnDefaults, paperDefaults } from "../src/runs/train_config.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Every command, with its subcommands. */
const COMMANDS = [
  "train",
  "match",
  "page",
  "evaluate",
  "data",
  "data check",
  "data download",
  "study",
  "study list",
  "study beta-eval",
  "weights",
  "weights list",
  "weights fetch",
  "weights inspect",
  "weights convert",
  "export",
  "conformance",
] as const;

/** Neither of these is set: commander then asks for more of the environment. */
const { NO_COLOR: _, FORCE_COLOR: __, ...env } = Deno.env.toObject();

async function run(
  ...args: readonly string[]
): Promise<
  { readonly code: number; readonly out: string; readonly err: string }
> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: ROOT,
    env,
    clearEnv: true,
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((x) => new TextDecoder().decode(x));
  return { code, out: out!, err: err! };
}

async function help(command: string): Promise<string> {
  const { code, out, err } = await run(...command.split(" "), "--help");
  strictEqual(code, 0, err);
  return out;
}

for (const command of COMMANDS) {
  Deno.test(`deno task ${command} --help needs no leave to read the environment`, async () => {
    match(await help(command), /^Usage: .*\[options\]/);
  });
}

for (const command of ["evaluate", "export"]) {
  Deno.test(`deno task ${command} without anything shows its help as an error`, async () => {
    const { code, out, err } = await run(command);
    strictEqual(code, 1);
    strictEqual(out, "");
    match(err, /Usage: .*\[options\]/);
    match(err, /--backbone/);
  });
}

/** Defaults that help must show, by command and option. */
const DEFAULTS: Readonly<
  Record<string, Readonly<Record<string, string | number>>>
> = {
  train: {
    "data": "procedural",
    "split": "train or trn by the layout",
    "backbone":
      `${drawnDefaults.backbone} on drawn objects, ${paperDefaults.backbone} on --data`,
    "scope": paperDefaults.scope,
    "temperature": "mlp:0.22 on drawn objects, mlp on --data",
    "epochs":
      `${drawnDefaults.epochs} on drawn objects, ${paperDefaults.epochs} on --data`,
    "group-size":
      `4 on drawn objects; on --data ${GROUPING.groupSize} at twice both rates`,
    "augment": "none",
    "learning-rate": "0.002 on drawn objects without --weights, else 0.00002",
    "temperature-learning-rate":
      "0.00002 on drawn objects, 0.0001 on --data, with --temperature single 0.005",
    "beta-threshold": paperDefaults.threshold,
    "sigma-cells": paperDefaults.sigmaCells,
    "target": paperDefaults.target,
    "coordinates": "simple or center by the backbone",
    "size": "256 or 252 by the backbone",
    "beta-eval": "auto, with --temperature fixed 0.02",
    "seed": paperDefaults.seed,
    "validate-every": paperDefaults.validateEvery,
    "one-based": READING_DEFAULTS.oneBased,
    "layer": "the last",
  },
  evaluate: {
    "split": "test",
    "threshold": "the data set's",
    "size": "the run's, or 256 or 252 by the backbone",
    "alphas": "0.05,0.1,0.15",
    "localizer": "kernelSoftArgmax",
    "beta-eval": "the run's, or auto; plain weights need numbers",
    "sigma-cells": "the run's, or 7",
    "radius-cells": 7,
    "outside": "masked",
    "every-pixels": READING_DEFAULTS.everyPixels,
  },
  match: {
    "beta-eval": "the run's; of plain weights 0.02",
    "layer": "the last",
    "sigma-cells": "the run's, or 7",
    "coordinates": "the run's, or simple or center by the backbone",
    "backend": "auto",
  },
  page: {
    "checkpoint": "the newest run below runs",
    "port": 8000,
    "beta-eval": "the run's; of plain weights 0.02",
    "localizer": "kernelSoftArgmax",
    "size": "the run's, or 256 or 252 by the backbone",
    "backend": "auto",
  },
  export: {
    "dtype": "float32",
    "beta-eval": "the run's; plain weights need it",
    "size": "the run's, or 256 or 252 by the backbone",
  },
};

for (const [command, defaults] of Object.entries(DEFAULTS)) {
  Deno.test(`deno task ${command} --help shows defaults`, async () => {
    const text = (await help(command)).replace(/\s+/g, " ");
    for (const [option, value] of Object.entries(defaults)) {
      const about = text.split(` --${option} <`)[1]?.split(/ --[\w-]+ </)[0];
      ok(about?.includes(`default: ${value}`), `--${option}: ${about}`);
    }
  });
}
