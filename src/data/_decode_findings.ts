import { mapConcurrent } from "./_find_file.ts";
import type { InspectedSplit } from "./_inspect_split.ts";
import { counted } from "./counted.ts";
import type { CheckProgress, DataFinding } from "./data_report.ts";
import { readImage } from "./read_image.ts";

/** Examples of a finding. */
const SHOWN = 3;

/** Pictures decoded at once: while one is read another is decoded. */
const WIDTH = 4;

/** Decodes every picture once, in however many splits it is, and keeps none. */
export async function decodeFindings(
  splits: readonly InspectedSplit[],
  { signal, onProgress }: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: CheckProgress) => void;
  },
): Promise<readonly DataFinding[]> {
  const all = [...new Set(splits.flatMap(({ paths }) => paths))];
  const problems = new Map<string, string>();
  let done = 0;
  await mapConcurrent(all, WIDTH, async (path) => {
    signal?.throwIfAborted();
    const image = await readImage(path)();
    if (image._tag === "Left") problems.set(path, image.left.message);
    done += 1;
    onProgress?.({ what: "pictures", done, total: all.length });
  });
  return splits.flatMap(
    ({ report: { split }, paths }): readonly DataFinding[] => {
      const broken = paths.flatMap((path) => problems.get(path) ?? []);
      return broken.length === 0 ? [] : [{
        level: "error",
        kind: "undecodable",
        split,
        message: `${counted(broken.length, "picture")} that cannot be decoded`,
        count: broken.length,
        examples: broken.slice(0, SHOWN),
      }];
    },
  );
}
