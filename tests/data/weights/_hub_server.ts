import { type Seen, serveBytes, sha256, withServer } from "../_file_server.ts";

/** A repository on the hub: files by path. */
export type Repository = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/** What can be made to go wrong. */
export interface HubFaults {
  /** Bytes after which the store breaks off, once for each file. */
  readonly breakAfter?: number;
  /** What the hub says is the checksum. */
  readonly etag?: string;
}

/** Commit that `main` stands for. */
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/**
 * Servers that answer as the Hugging Face hub does: `resolve` addresses give
 * commit, checksum and size and redirect to a store at another address; a
 * renamed repository redirects inside the hub; a gated one answers 401.
 */
export async function withHub(
  files: Repository,
  faults: HubFaults,
  use: (hub: string, seen: readonly Seen[]) => Promise<void>,
): Promise<void> {
  const broken = new Set<string>();
  const seen: Seen[] = [];
  const note = (request: Request, path: string) => {
    const range = request.headers.get("Range");
    seen.push({ method: request.method, path, range });
  };
  await withServer((request, path) => {
    note(request, path);
    const bytes = files[path.slice("/store/".length)]!;
    const isBreaking = faults.breakAfter !== undefined && !broken.has(path);
    broken.add(path);
    return serveBytes(request, bytes, {
      etag: `"${sha256(bytes).slice(0, 32)}"`,
      ...(isBreaking && { breakAfter: faults.breakAfter! }),
    });
  }, (store) =>
    withServer((request, path) => {
      note(request, path);
      return answer(path, { files, faults, store });
    }, (hub) => use(hub, seen)));
}

function answer(
  path: string,
  { files, faults, store }: {
    readonly files: Repository;
    readonly faults: HubFaults;
    readonly store: string;
  },
): Response {
  const [, owner, name, resolve, revision = "", ...rest] = path.split("/");
  const inside = rest.join("/");
  if (owner === "old") {
    const to = `/new/${path.split("/").slice(2).join("/")}`;
    return new Response(null, { status: 307, headers: { Location: to } });
  }
  if (owner === "gated") return new Response(null, { status: 401 });
  const bytes = files[inside];
  const isHere = name === "model" && resolve === "resolve" &&
    ["main", COMMIT].includes(revision);
  if (!isHere || bytes === undefined) {
    const headers = { "X-Error-Code": "EntryNotFound" };
    return new Response(null, { status: 404, headers });
  }
  return new Response(null, {
    status: 302,
    headers: {
      "Location": `${store}/store/${inside}`,
      "X-Repo-Commit": COMMIT,
      "X-Linked-Size": `${bytes.length}`,
      "X-Linked-Etag": faults.etag ?? `"${sha256(bytes)}"`,
      "ETag": '"of-the-redirect"',
    },
  });
}
