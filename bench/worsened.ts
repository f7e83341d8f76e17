/** A ratio of a result file, under a name that is its own in the file. */
export interface NamedRatio {
  /** The case; of a file in sections behind the section's name. */
  readonly case: string;
  /** Our median over the other's in the same run; NaN where it is none. */
  readonly ratio: number;
  /** What it was measured on. */
  readonly cpu: string;
}

/** How much worse a ratio may become. */
const WORSE = 1.15;

/**
 * Says which ratios became worse by more than 15 %; none where all hold. What
 * only one of the two files measured is not compared.
 *
 * @param now The later file.
 * @param before The earlier file.
 */
export function worsened(now: unknown, before: unknown): readonly string[] {
  const earlier = new Map(ratiosOf(before).map((each) => [each.case, each]));
  return ratiosOf(now).flatMap(({ case: name, ratio, cpu }) => {
    const was = earlier.get(name);
    // A ratio that is not a number holds nothing.
    if (was === undefined || ratio <= WORSE * was.ratio) return [];
    const other = was.cpu === cpu ? "" : ` on ${was.cpu}`;
    return [
      `${name}: ${ratio.toFixed(2)}, was ${was.ratio.toFixed(2)}${other}`,
    ];
  });
}

/** Every ratio of a result file: of its rows, or of the rows of its sections. */
export function ratiosOf(results: unknown): readonly NamedRatio[] {
  if (!isRecord(results)) return [];
  const { rows, cpu } = results;
  if (Array.isArray(rows)) {
    return rows.filter(isRecord).filter((row) => "ratio" in row).map((row) => ({
      case: String(row["case"]),
      ratio: typeof row["ratio"] === "number" ? row["ratio"] : NaN,
      cpu: String(cpu),
    }));
  }
  return Object.entries(results).flatMap(([section, content]) =>
    ratiosOf(content).map((each) => ({
      ...each,
      case: `${section} ${each.case}`,
    }))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
