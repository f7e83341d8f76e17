import { mapConcurrent } from "./_find_file.ts";
import type { PublicCount } from "./_public_counts.ts";
import { checkKeypoints } from "./check_pair.ts";
import { counted } from "./counted.ts";
import type { DataCounts, DataFinding, SplitReport } from "./data_report.ts";
import type { AnnotatedImage, ImagePair, PairSet } from "./image_pair.ts";
import { readImageSize } from "./read_image_size.ts";

/** Examples of a finding. */
const SHOWN = 3;

/** A split, looked over. */
export interface InspectedSplit {
  /** What it holds. */
  readonly report: SplitReport;
  /** What is wrong with its files. */
  readonly findings: readonly DataFinding[];
  /** Its pictures whose headers can be read. */
  readonly paths: readonly string[];
}

/** Counts of a split that was read, and what is wrong with its files. */
export async function inspectSplit(
  set: PairSet,
  missing: ReadonlyMap<string, string>,
  known: PublicCount | undefined,
): Promise<InspectedSplit> {
  const { split, pairs, choices } = set;
  const names = [...new Set(pairs.map(({ category }) => category))].sort();
  const categories = names.map((category) => ({
    category,
    ...counts(pairs.filter((pair) => pair.category === category)),
  }));
  const report: SplitReport = {
    split,
    ...counts(pairs),
    distinctPairs: new Set(
      pairs.map(({ source, target }) =>
        JSON.stringify([source.path, target.path].sort())
      ),
    ).size,
    mirrored: pairs.filter(isMirrored).length,
    ...(known && { publicPairs: known.pairs }),
    ...(choices && { choices }),
    categories,
  };
  const pictures = await inspectPictures(set, missing);
  const findings = [
    ...missingFindings(set, missing),
    ...countFindings(report, known),
    ...pictures.findings,
  ];
  return { report, findings, paths: pictures.paths };
}

function counts(pairs: readonly ImagePair[]): DataCounts {
  return {
    pairs: pairs.length,
    images: imagePaths(pairs).size,
    keypoints: pairs.reduce((n, { source }) => n + source.keypoints.length, 0),
  };
}

function imagePaths(pairs: readonly ImagePair[]): ReadonlySet<string> {
  return new Set(
    pairs.flatMap(({ source, target }) => [source.path, target.path]),
  );
}

function isMirrored({ source, target }: ImagePair): boolean {
  return [source, target].some(({ edits = [] }) =>
    edits.some(({ kind }) => kind === "mirror")
  );
}

function missingFindings(
  { split, pairs }: PairSet,
  missing: ReadonlyMap<string, string>,
): readonly DataFinding[] {
  const paths = imagePaths(pairs);
  // Files are looked for side by side, so they come in any order.
  const files = [...missing.keys()].sort();
  const images = files.filter((file) => paths.has(file));
  const others = files.filter((file) => !paths.has(file));
  const shown = (all: readonly string[]) =>
    all.slice(0, SHOWN).map((file) => missing.get(file)!);
  const isBare = images.length === paths.size;
  const findings: DataFinding[] = [];
  if (images.length > 0) {
    findings.push({
      // A folder of lists alone is used to check lists.
      level: isBare ? "warning" : "error",
      kind: "missing-images",
      split,
      message: isBare
        ? `all ${paths.size} pictures are absent: only the list was checked`
        : `${images.length} of ${paths.size} pictures are missing`,
      count: images.length,
      examples: shown(images),
    });
  }
  if (others.length > 0) {
    findings.push({
      level: isBare ? "warning" : "error",
      kind: "missing-annotations",
      split,
      message: `${counted(others.length, "annotation file")} missing`,
      count: others.length,
      examples: shown(others),
    });
  }
  return findings;
}

/** A part of a public data set may be all that is wanted, so a count alone is no error. */
function countFindings(
  { split, pairs, categories }: SplitReport,
  known: PublicCount | undefined,
): readonly DataFinding[] {
  if (known === undefined) return [];
  const wrong = Object.entries(known.categories ?? {}).flatMap(([name, n]) => {
    const own = categories.find(({ category }) => category === name);
    const found = own?.pairs ?? 0;
    return found === n ? [] : [`${name}: ${found} instead of ${n}`];
  });
  if (pairs === known.pairs && wrong.length === 0) return [];
  return [{
    level: "warning",
    kind: "count",
    split,
    message: `${
      counted(pairs, "pair")
    }, where the public data set has ${known.pairs}`,
    count: Math.abs(pairs - known.pairs),
    examples: wrong.slice(0, SHOWN),
  }];
}

/** Holds every annotation against the size in its picture's header. */
async function inspectPictures(
  { split, pairs }: PairSet,
  missing: ReadonlyMap<string, string>,
): Promise<Pick<InspectedSplit, "findings" | "paths">> {
  const paths = [...imagePaths(pairs)].filter((path) => !missing.has(path));
  const unreadable: string[] = [];
  const sizes = new Map<string, readonly [number, number]>();
  await mapConcurrent(paths, 16, async (path) => {
    const size = await readImageSize(path)();
    if (size._tag === "Left") unreadable.push(size.left.message);
    else sizes.set(path, [size.right.height, size.right.width]);
  });
  const outside: string[] = [];
  const resized: string[] = [];
  for (const pair of pairs) {
    for (const image of [pair.source, pair.target]) {
      const size = sizes.get(image.path);
      if (size === undefined || image.keypoints.length === 0) continue;
      const problem = problemOf(pair, image, size);
      if (problem === undefined) continue;
      (problem.includes('"size"') ? resized : outside).push(problem);
    }
  }
  const finding = (
    kind: DataFinding["kind"],
    [noun, text]: readonly [noun: string, text: string],
    all: readonly string[],
  ): readonly DataFinding[] =>
    all.length === 0 ? [] : [{
      level: "error",
      kind,
      split,
      message: `${counted(all.length, noun)} ${text}`,
      count: all.length,
      examples: all.slice(0, SHOWN),
    }];
  const findings = [
    ...finding(
      "malformed",
      ["picture", "without a readable header"],
      unreadable,
    ),
    ...finding("size", ["side", "of another size than annotated"], resized),
    ...finding("outside", ["side", "with keypoints outside"], outside),
  ];
  return { findings, paths: paths.filter((path) => sizes.has(path)) };
}

/** What training would refuse this side for. */
function problemOf(
  pair: ImagePair,
  image: AnnotatedImage,
  size: readonly [number, number],
): string | undefined {
  const alone = { ...pair, source: image, target: image };
  const checked = checkKeypoints(alone, { source: size, target: size });
  return checked._tag === "Left" ? checked.left.message : undefined;
}
