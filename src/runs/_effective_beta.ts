import { OptionError } from "../core/errors.ts";
import type { Reading } from "./reading.ts";

/** Share of an image of the temperature; none where the model has none. */
interface Share {
  readonly beta?: number;
}

/** βᴬ βᴮ, or what the reading says. */
export function effectiveBeta(
  { betaEval }: Reading,
  [a, b]: readonly [Share, Share],
): number {
  if (betaEval !== "auto") {
    if (betaEval > 0) return betaEval;
    throw new OptionError("match", "reading.betaEval", "> 0", betaEval);
  }
  if (a.beta !== undefined && b.beta !== undefined) {
    return a.beta * b.beta;
  }
  const wanted = "a number, since the weights hold no temperature module";
  throw new OptionError("match", "reading.betaEval", wanted, betaEval);
}
