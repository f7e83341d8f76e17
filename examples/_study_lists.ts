/**
 * Options of `deno task study` that stand for several things each.
 */

import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import {
  BACKBONE_NAMES,
  type StudySettings,
  type TestSet,
} from "@simsc/core/runs";
import { DATA_FORMATS, type DataFormat } from "@simsc/core/data";

/** A test set as the command line names it. */
export type NamedTest = Pick<TestSet, "name" | "data" | "format" | "split">;

/** Adds `FORMAT:SPLIT:FOLDER` to the test sets named so far. */
export function testSet(
  text: string,
  earlier: readonly NamedTest[] = [],
): readonly NamedTest[] {
  const [format = "", split = "", ...folder] = text.split(":");
  const data = folder.join(":");
  if (!DATA_FORMATS.some((known) => known === format) || !split || !data) {
    const formats = DATA_FORMATS.join(", ");
    throw new InvalidArgumentError(
      `wanted FORMAT:SPLIT:FOLDER with one of ${formats}`,
    );
  }
  return [...earlier, {
    name: `${format} ${split}`,
    data: resolve(data),
    format: format as DataFormat,
    split,
  }];
}

/** A network of a list, and its weights where they were given. */
export interface Network {
  /** Its name. */
  readonly name: string;
  /** File of its weights. */
  readonly weights?: string;
}

/** Networks by commas, each with `=FILE` behind it where it has weights. */
export function networks(text: string): readonly Network[] {
  return text.split(",").map((part) => {
    const [name = "", ...file] = part.split("=");
    if (!BACKBONE_NAMES.some((known) => known === name)) {
      throw new InvalidArgumentError(`no backbone ${name}`);
    }
    return file.length > 0
      ? { name, weights: resolve(file.join("=")) }
      : { name };
  });
}

/** What they are to a study. */
export function networksOf(
  list: readonly Network[],
): Pick<StudySettings, "backbones" | "backboneWeights"> {
  return {
    backbones: list.map(({ name }) => name),
    backboneWeights: Object.fromEntries(
      list.flatMap(({ name, weights }) => weights ? [[name, weights]] : []),
    ),
  };
}
