import { failDownload } from "../_fail_download.ts";

/** A file, or a whole repository, on the hub. */
export interface HubReference {
  /** `owner/name`. */
  readonly repository: string;
  /** Path in the repository; nothing for whatever weights it has. */
  readonly path?: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

/** What the hub says of a file before it is fetched. */
export interface HubFile {
  /** Commit that the revision stands for, where the hub tells it. */
  readonly commit?: string;
  /** Names this version of the file. */
  readonly etag: string;
  /** SHA-256 of a large file. */
  readonly sha256?: string;
  /** Bytes of a large file. */
  readonly size?: number;
}

const REFERENCE =
  /^hf:(?<repository>[\w.-]+\/[\w.-]+)(?:\/(?<path>[^@]+))?(?:@(?<revision>[\w./-]+))?$/;

/** Reads `hf:owner/name[/path][@revision]`; nothing for any other text. */
export function parseHubReference(text: string): HubReference | undefined {
  const { repository = "", path, revision = "main" } =
    REFERENCE.exec(text)?.groups ?? {};
  const parts = [...repository.split("/"), ...(path ?? "x").split("/")];
  const isPlain = parts.every((part) =>
    /^[\w. +-]+$/.test(part) && !/^\.+$/.test(part)
  );
  const isRevision = revision.split("/").every((part) => !/^\.*$/.test(part));
  return isPlain && isRevision
    ? { repository, revision, ...(path !== undefined && { path }) }
    : undefined;
}

/** Address of a file on a hub. */
export function hubUrl(
  hub: string,
  { repository, path, revision }: Required<HubReference>,
): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const version = encodeURIComponent(revision);
  return `${hub}/${repository}/resolve/${version}/${encoded}`;
}

/** Redirects inside the hub that are followed: renamed repositories. */
const MAX_REDIRECTS = 5;

/**
 * Asks the hub for the version and the checksum of a file. The answer of the
 * hub itself has them, not that of the store that it redirects to.
 *
 * @returns What it says; nothing where there is no such file.
 */
export async function askHub(
  url: string,
  options: {
    readonly file: string;
    readonly fetch: typeof fetch;
    readonly signal?: AbortSignal;
  },
): Promise<HubFile | undefined> {
  const { file, signal } = options;
  let address = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await options.fetch(address, {
      method: "HEAD",
      redirect: "manual",
      headers: { "Accept-Encoding": "identity" },
      ...(signal && { signal }),
    }).catch((cause: Error) =>
      failDownload(url, {
        file,
        got: signal?.aborted
          ? "stopped: call again to go on"
          : `no answer (${cause.message})`,
        cause,
      })
    );
    await response.body?.cancel();
    const { status, headers } = response;
    if (status === 404) return undefined;
    const location = headers.get("Location");
    const isRedirect = status >= 300 && status < 400 && location !== null;
    if (isRedirect && location.startsWith("/") && !location.startsWith("//")) {
      address = new URL(location, address).href;
      continue;
    }
    if (!isRedirect && status !== 200) {
      const got = status === 401 || status === 403
        ? `answer ${status}: private, gated or not there`
        : `answer ${status}`;
      failDownload(url, { file, got, status });
    }
    const etag = (headers.get("X-Linked-Etag") ?? headers.get("ETag") ?? "")
      .replace(/^W\//, "").replaceAll('"', "");
    const commit = headers.get("X-Repo-Commit");
    const size = Number(headers.get("X-Linked-Size") ?? NaN);
    return {
      etag,
      ...(commit !== null && { commit }),
      ...(/^[0-9a-f]{64}$/.test(etag) && { sha256: etag }),
      ...(Number.isSafeInteger(size) && { size }),
    };
  }
  const got = `more than ${MAX_REDIRECTS} redirects`;
  return failDownload(url, { file, got });
}
