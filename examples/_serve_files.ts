/**
 * Files on this machine's own address, for a page that uses threads.
 */

import { createReadStream } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import type { AsyncResult } from "@simsc/core/runs";

/** One file. */
export type ServedFile =
  & (
    | { readonly text: string }
    | { readonly bytes: Uint8Array }
    | { readonly path: string }
  )
  & {
    /** Its type; by the end of its name by default. */
    readonly type?: string;
  };

/** Files that are being served. */
export interface Served {
  /** Address of the one without a name. */
  readonly url: string;
  /** Stops. */
  readonly close: () => Promise<void>;
}

const HOST = "127.0.0.1";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Without the first two a page may not share memory between threads. */
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

/**
 * Serves files, and nothing but them, to this machine alone.
 *
 * @param files Files by path, without a slash before it; `""` is the page.
 * @param options The port; 0 takes any that is free.
 * @returns The address, or why the port cannot be had.
 */
export function serveFiles(
  files: ReadonlyMap<string, ServedFile>,
  { port }: { readonly port: number },
): AsyncResult<{ readonly message: string }, Served> {
  const server = createServer(({ url = "/", method }, response) => {
    const { pathname } = new URL(url, `http://${HOST}`);
    const name = pathname.slice(1);
    const file = files.get(name);
    if (file === undefined) {
      response.writeHead(404, HEADERS).end();
      return;
    }
    const type = file.type ?? TYPES[extname(name)] ??
      "application/octet-stream";
    response.writeHead(200, { ...HEADERS, "Content-Type": type });
    if (method === "HEAD") response.end();
    else send(file, response);
  });
  return () =>
    new Promise((resolve) => {
      server.once("error", (cause: Error & { readonly code?: string }) => {
        const message = cause.code === "EADDRINUSE"
          ? `port ${port} is taken: name another with --port, 0 for any free one`
          : `port ${port} cannot be had: ${cause.message}`;
        resolve({ _tag: "Left", left: { message } });
      });
      server.listen(port, HOST, () => {
        const { port } = server.address() as AddressInfo;
        const close = () =>
          new Promise<void>((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          });
        const url = `http://${HOST}:${port}/`;
        resolve({ _tag: "Right", right: { url, close } });
      });
    });
}

function send(file: ServedFile, response: ServerResponse): void {
  if ("text" in file) response.end(file.text);
  else if ("bytes" in file) response.end(file.bytes);
  else {
    createReadStream(file.path).on("error", () => response.destroy())
      .pipe(response);
  }
}
