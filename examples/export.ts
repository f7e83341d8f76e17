/**
 * Writes a model as one ONNX file: `deno task export [options]`.
 *
 * @module
 */

import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import { OptionError } from "@simsc/core";
import { counted, writeAtomic } from "@simsc/core/data";
import {
  defaultImageSize,
  exportModel,
  loadCheckpoint,
  loadWeights,
  paperDefaults,
} from "@simsc/core/runs";
import { explained } from "./_explained.ts";
import { exportCommand, licenseOf } from "./_export_options.ts";
import project from "./deno.json" with { type: "json" };

const command = exportCommand(process.argv.slice(2));
const outcome = await pipe(
  command.checkpoint === undefined
    ? loadWeights({
      ...command,
      backbone: command.backbone ?? "",
      weights: command.weights ?? "",
    })
    : loadCheckpoint(command.checkpoint),
  TE.chainW(({ training, config, parameters }) =>
    pipe(
      TE.tryCatch(async () => {
        const side = training?.size ?? defaultImageSize(config.backbone);
        const weights = command.weights ?? training?.weights ?? "";
        const license = command.license ?? await licenseOf(weights);
        const coordinates = command.coordinates ?? config.coordinates;
        return await exportModel(
          { config: { ...config, coordinates }, parameters },
          {
            ...command,
            imageSize: command.size ?? [side, side],
            betaEval: command.betaEval ?? training?.betaEval ?? "auto",
            sigmaCells: command.sigmaCells ?? training?.sigmaCells ??
              paperDefaults.sigmaCells,
            ...(license && { license }),
            producer: { name: "@simsc/core", version: project.version },
          },
        );
      }, (reason) => {
        if (reason instanceof OptionError) return reason;
        throw reason;
      }),
      TE.chainFirstW((bytes) => writeAtomic(command.out, bytes)),
    )
  ),
)();

if (outcome._tag === "Left") {
  console.error(explained(outcome.left));
  process.exit(1);
}
console.log(
  `${command.out}: ${counted(outcome.right.length, "byte")}, ${command.dtype}`,
);
