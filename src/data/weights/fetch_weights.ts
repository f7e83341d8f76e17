/**
 * Weights by name, from their publisher or the Hugging Face hub, kept in a
 * folder.
 *
 * @module
 */

import { OptionError } from "../../core/errors.ts";
import type { AsyncResult } from "../../core/result.ts";
import { attemptAsync, unwrap } from "../_refusal.ts";
import type { DataError } from "../data_error.ts";
import { download, type DownloadProgress } from "../download.ts";
import { fetchHub } from "./_fetch_hub.ts";
import { parseHubReference } from "./_hub.ts";
import { KNOWN_WEIGHTS, weightsLicense } from "./known_weights.ts";
import { isKept, keep } from "./_kept_weights.ts";
import type { WeightsOrigin } from "./weights_origin.ts";

/** Options of {@linkcode fetchWeights}. */
export interface FetchWeightsOptions {
  /** Folder that keeps what was fetched. */
  readonly cache: string;
  /** Address of the hub; Hugging Face's by default. */
  readonly hub?: string;
  /** Stops it; what has come stays for the next call. */
  readonly signal?: AbortSignal;
  /** Hears how far the file of this name is. */
  readonly onProgress?: (
    progress: DownloadProgress & { readonly name: string },
  ) => void;
  /** Asks the servers; `fetch` by default. */
  readonly fetch?: typeof fetch;
  /** Tries after a connection that broke off, 3 by default. */
  readonly retries?: number;
}

/** Weights that lie in the folder. */
export interface FetchedWeights extends WeightsOrigin {
  /** Path of the file, or of the index of its shards. */
  readonly file: string;
  /** Whether they were there already. */
  readonly wasKept: boolean;
}

/**
 * Fetches weights once and finds them in the folder from then on.
 *
 * A reference is a name of {@linkcode KNOWN_WEIGHTS}, an `https:` address, or
 * `hf:owner/name[/path][@revision]` on the hub; without a path it is the
 * repository's `model.safetensors`, its index with all shards, or
 * `pytorch_model.bin`, whichever comes first. What lies behind a branch is
 * compared with the hub's each time; without a network the kept file is taken.
 * Broken downloads go on, checksums are compared where the publisher states
 * one, and a note of origin and licence is kept beside the file as
 * `FILE.about.json`.
 *
 * @param reference What to fetch.
 * @param options Where to.
 * @returns The file, or why there is none.
 * @throws {OptionError} If the reference is of no such form.
 *
 * @example
 * ```ts
 * import { throws } from "node:assert/strict";
 * import { fetchWeights } from "@simsc/core/data";
 *
 * throws(() => fetchWeights("hf:no-owner", { cache: "weights" }));
 * ```
 */
export function fetchWeights(
  reference: string,
  options: FetchWeightsOptions,
): AsyncResult<DataError, FetchedWeights> {
  const onHub = parseHubReference(reference);
  if (onHub) return () => attemptAsync(() => fetchHub(onHub, options));
  const known = KNOWN_WEIGHTS.find(({ name }) => name === reference);
  const url = known?.url ?? reference;
  const name = /^https?:\/\/[^?#]+\/([\w.+-]*\w)$/.exec(url)?.[1];
  if (name === undefined) {
    const names = KNOWN_WEIGHTS.map((each) => each.name).join(", ");
    throw new OptionError(
      "fetchWeights",
      "reference",
      `one of ${names}, hf:owner/name[/path][@revision] or an https: address`,
      reference,
    );
  }
  const license = known?.license ?? weightsLicense(url);
  return () =>
    attemptAsync(async () => {
      const { join } = await import("node:path");
      const { cache, onProgress, signal, fetch, retries } = options;
      const folder = known?.name ?? new URL(url).hostname;
      const file = join(cache, folder, name);
      const kept = await isKept(file, ({ url: from }) => from === url);
      if (kept) return { ...kept, file, wasKept: true };
      const { sha256, bytes } = unwrap(
        await download(url, {
          file,
          ...(known?.sha256 && { sha256: known.sha256 }),
          ...(signal && { signal }),
          ...(fetch && { fetch }),
          ...(retries !== undefined && { retries }),
          onProgress: (progress) => onProgress?.({ ...progress, name }),
        })(),
      );
      const about = { url, sha256, bytes, ...(license && { license }) };
      await keep(file, about);
      return { ...about, file, wasKept: false };
    });
}
