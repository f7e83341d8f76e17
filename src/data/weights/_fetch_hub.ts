import { failDownload } from "../_fail_download.ts";
import { Refusal, unwrap } from "../_refusal.ts";
import { download } from "../download.ts";
import { askHub, type HubFile, type HubReference, hubUrl } from "./_hub.ts";
import { isKept, keep } from "./_kept_weights.ts";
import { readShardMap } from "./_open_sharded.ts";
import { withSource } from "./_byte_source.ts";
import type { FetchedWeights, FetchWeightsOptions } from "./fetch_weights.ts";
import { weightsLicense } from "./known_weights.ts";

/** Files of a repository that are tried in turn. */
const CANDIDATES = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
];

/** A file of a repository that was found on the hub, or kept from before. */
interface Found {
  readonly path: string;
  /** Nothing where the hub does not answer. */
  readonly remote?: HubFile;
}

/** Fetches a file of the hub, and the shards that it names. */
export async function fetchHub(
  reference: HubReference,
  options: FetchWeightsOptions,
): Promise<FetchedWeights> {
  const found = await find(reference, options);
  const first = await fetchOne(reference, found, options);
  if (!found.path.endsWith(".index.json")) return first;
  const map = unwrap(
    await withSource(first.file, readShardMap),
  );
  let bytes = first.bytes;
  let wasKept = first.wasKept;
  for (const shard of new Set(map.values())) {
    const path = found.path.replace(/[^/]+$/, shard);
    const remote = found.remote &&
      await ask({ ...reference, path }, options);
    if (found.remote && !remote) {
      failDownload(first.url, { file: first.file, got: `no shard ${shard}` });
    }
    const next = await fetchOne(
      reference,
      { path, ...(remote && { remote }) },
      options,
    );
    bytes += next.bytes;
    wasKept &&= next.wasKept;
  }
  return { ...first, bytes, wasKept };
}

/** The first candidate that is there; without a network one that is kept. */
async function find(
  reference: HubReference,
  options: FetchWeightsOptions,
): Promise<Found> {
  const paths = reference.path === undefined ? CANDIDATES : [reference.path];
  try {
    for (const path of paths) {
      const remote = await ask({ ...reference, path }, options);
      if (remote) return { path, remote };
    }
  } catch (error) {
    const isOffline = error instanceof Refusal &&
      error.error._tag === "FailedDownload" &&
      error.error.status === undefined && !options.signal?.aborted;
    if (!isOffline) throw error;
    for (const path of paths) {
      if (await isKept(await place(reference, path, options), () => true)) {
        return { path };
      }
    }
    throw error;
  }
  const { repository, revision } = reference;
  return failDownload(`hf:${repository}@${revision}`, {
    file: options.cache,
    got: `no file ${paths.join(", ")}`,
    status: 404,
  });
}

async function fetchOne(
  reference: HubReference,
  { path, remote }: Found,
  options: FetchWeightsOptions,
): Promise<FetchedWeights> {
  const file = await place(reference, path, options);
  const kept = await isKept(
    file,
    ({ etag }) => remote === undefined || etag === remote.etag,
  );
  if (kept) return { ...kept, file, wasKept: true };
  const { repository } = reference;
  const revision = remote?.commit ?? reference.revision;
  const url = address({ repository, path, revision }, options);
  const { onProgress, signal, fetch, retries } = options;
  const { sha256, bytes } = unwrap(
    await download(url, {
      file,
      ...(remote?.sha256 && { sha256: remote.sha256 }),
      ...(remote?.size !== undefined && { size: remote.size }),
      ...(signal && { signal }),
      ...(fetch && { fetch }),
      ...(retries !== undefined && { retries }),
      onProgress: (progress) => onProgress?.({ ...progress, name: path }),
    })(),
  );
  const license = weightsLicense(`hf:${repository}`);
  const about = {
    url,
    sha256,
    bytes,
    ...(remote && { etag: remote.etag }),
    ...(remote?.commit !== undefined && { commit: remote.commit }),
    ...(license && { license }),
  };
  await keep(file, about);
  return { ...about, file, wasKept: false };
}

async function ask(
  reference: Required<HubReference>,
  options: FetchWeightsOptions,
): Promise<HubFile | undefined> {
  return await askHub(address(reference, options), {
    file: await place(reference, reference.path, options),
    fetch: options.fetch ?? fetch,
    ...(options.signal && { signal: options.signal }),
  });
}

function address(
  reference: Required<HubReference>,
  { hub = "https://huggingface.co" }: FetchWeightsOptions,
): string {
  return hubUrl(hub.replace(/\/+$/, ""), reference);
}

async function place(
  { repository, revision }: HubReference,
  path: string,
  { cache }: FetchWeightsOptions,
): Promise<string> {
  const { join } = await import("node:path");
  const folder = [...repository.split("/"), ...revision.split("/")].join("--");
  return join(cache, folder, ...path.split("/"));
}
