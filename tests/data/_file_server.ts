import { createHash } from "node:crypto";

/** One request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
}

/** A server on this machine while `use` runs. */
export async function withServer(
  handler: (request: Request, path: string) => Response | Promise<Response>,
  use: (base: string, seen: readonly Seen[]) => Promise<void>,
): Promise<void> {
  const seen: Seen[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const path = new URL(request.url).pathname;
      const range = request.headers.get("Range");
      seen.push({ method: request.method, path, range });
      return handler(request, path);
    },
  );
  try {
    await use(`http://127.0.0.1:${server.addr.port}`, seen);
  } finally {
    await server.shutdown();
  }
}

/** Answers with bytes, or the rest of them that is asked for of this version. */
export function serveBytes(
  request: Request,
  bytes: Uint8Array<ArrayBuffer>,
  options: { readonly etag?: string; readonly breakAfter?: number } = {},
): Response {
  const { etag = '"v1"', breakAfter } = options;
  const from = request.headers.get("If-Range") === etag
    ? Number(request.headers.get("Range")?.match(/^bytes=(\d+)-$/)?.[1] ?? 0)
    : 0;
  if (from >= bytes.length && from > 0) {
    return new Response(null, { status: 416 });
  }
  const rest = bytes.slice(from);
  const headers = {
    "ETag": etag,
    "Content-Length": `${rest.length}`,
    ...(from > 0 && {
      "Content-Range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    }),
  };
  const body = breakAfter === undefined ? rest : brokenStream(rest, breakAfter);
  return new Response(body, { status: from > 0 ? 206 : 200, headers });
}

/** Some bytes, and then the connection breaks. */
function brokenStream(
  bytes: Uint8Array<ArrayBuffer>,
  after: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isSent = false;
  return new ReadableStream({
    pull: async (controller) => {
      if (!isSent) controller.enqueue(bytes.slice(0, after));
      else {
        // The bytes are to arrive before the connection ends.
        await new Promise((resolve) => setTimeout(resolve, 50));
        controller.error(new Error("broken on purpose"));
      }
      isSent = true;
    },
  });
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
