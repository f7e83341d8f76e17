import { formatTable } from "./format_table.ts";
import type { WeightsReport } from "./inspect_weights.ts";

/** Options of {@linkcode formatWeights}. */
export interface FormatWeightsOptions {
  /** Whether to list every tensor; by default only what is not read. */
  readonly tensors?: boolean;
}

/** Names of tensors that are listed without being asked for. */
const LISTED = 8;

/**
 * A report on a weights file as text.
 *
 * @param report What `inspectWeights` found.
 * @param options Whether to list tensors.
 * @returns The lines, each with its line feed.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { formatWeights } from "@simsc/core/runs";
 *
 * const text = formatWeights({
 *   file: "w.pth",
 *   format: "pytorch",
 *   bytes: 8192,
 *   wrapper: "teacher",
 *   prefix: "backbone.",
 *   family: "dino",
 *   backbones: ["dino-vitb8"],
 *   parameters: 2048,
 *   read: 2048,
 *   skipped: ["epoch"],
 *   license: null,
 *   metadata: {},
 *   tensors: [],
 * });
 * match(text, /wrapper +teacher\n/);
 * ```
 */
export function formatWeights(
  report: WeightsReport,
  options: FormatWeightsOptions = {},
): string {
  const { tensors, prefix, wrapper, skipped, license } = report;
  const dtypes = [...new Set(tensors.map(({ dtype }) => dtype))].sort();
  const unread = tensors.filter(({ as }) => as === null)
    .map(({ name }) => name);
  const facts: readonly (readonly [string, string])[] = [
    ["file", report.file],
    ["format", `${report.format}, ${dtypes.join(", ")}`],
    ["size", `${(report.bytes / 1e6).toFixed(1)} MB`],
    ["wrapper", wrapper || "none"],
    ["prefix", prefix || "none"],
    ["names of", report.family],
    ["fits", report.backbones.join(", ") || "no backbone that is known"],
    [
      "tensors",
      `${tensors.length}, of which ${tensors.length - unread.length} are read`,
    ],
    ["parameters", `${report.parameters}, of which ${report.read} are read`],
    ["not read", listed(grouped(unread, prefix))],
    ["beside them", listed(skipped)],
    ["license", license ?? "not known"],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const text = facts.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`)
    .join("");
  if (!options.tensors) return text;
  return `${text}\n` + formatTable(tensors, [
    { title: "tensor", value: ({ name }) => name },
    { title: "shape", value: ({ shape }) => `[${shape.join(", ")}]` },
    { title: "type", value: ({ dtype }) => dtype },
    { title: "read as", value: ({ as }) => as ?? "-" },
  ]);
}

/** Names of one part of a network, or of one kind, together. */
function grouped(names: readonly string[], prefix: string): readonly string[] {
  const groups = new Map<string, readonly string[]>();
  for (const name of names) {
    const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    const [, last] = /\.(num_batches_tracked)$/.exec(bare) ?? [];
    const [first = "", ...rest] = bare.split(".");
    const label = last ? `*.${last}` : rest.length > 0 ? `${first}.*` : first;
    groups.set(label, [...groups.get(label) ?? [], name]);
  }
  return [...groups].map(([label, [only = "", ...others]]) =>
    others.length === 0 ? only : `${label} (${others.length + 1})`
  );
}

function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  const head = names.slice(0, LISTED).join(", ");
  return names.length === 0
    ? "nothing"
    : rest > 0
    ? `${head} and ${rest} more`
    : head;
}
