import type { JsonValue } from "../json.ts";
import type { TrainConfig } from "../train_config.ts";

/**
 * Name of the folder of a run: something to read, and enough of a hash of all
 * that it was told for equal runs of several studies to be one.
 */
export async function runName(config: TrainConfig): Promise<string> {
  const { backbone, temperature, scope, normalize, seed } = config;
  const parts = [
    backbone,
    temperature.kind === "fixed"
      ? `fixed-${temperature.beta}`
      : temperature.kind,
    scope,
    ...(normalize ? [] : ["no-l2"]),
    `seed-${seed}`,
  ];
  return `${parts.join("-")}-${await digest({ ...config })}`;
}

/** Ten hexadecimal digits that name a value, whatever the order of its members. */
export async function digest(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(value as JsonValue));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(hash).subarray(0, 5)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON with the members of every object in order. */
export function canonical(value: JsonValue): string {
  return JSON.stringify(
    value,
    (_, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(
          Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1),
        )
        : part,
  );
}
