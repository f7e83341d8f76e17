import { createServer, type IncomingMessage } from "node:http";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** A page served on this machine. */
export interface ServedPage {
  /** Address of the page. */
  readonly url: string;
  /** What the page posts to `/report`, as JSON. */
  readonly report: Promise<unknown>;
  /** Paths that were asked for and are not there. */
  readonly missing: readonly string[];
  /** Stops serving. */
  readonly close: () => void;
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Without these a page may not share memory between threads. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

async function json(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return JSON.parse(text);
}

/**
 * Serves an empty page with one script, folders of files, and an order.
 *
 * @param content Path of the script, folders on disk that each first part of a
 *   path is looked for in, and what `/order` answers.
 */
export async function servePage(content: {
  readonly script: string;
  readonly folders: Readonly<Record<string, readonly string[]>>;
  readonly order: unknown;
}): Promise<ServedPage> {
  const page = '<!doctype html><link rel="icon" href="data:,">' +
    `<script type="module" src="${content.script}"></script>`;
  const { promise: report, resolve } = Promise.withResolvers<unknown>();
  const missing: string[] = [];

  const server = createServer(async (request, response) => {
    const send = (type: string, body?: string | Uint8Array) => {
      response.writeHead(body === undefined ? 404 : 200, {
        ...ISOLATION,
        "Content-Type": type,
      });
      response.end(body);
    };
    const path = request.url ?? "/";
    if (path === "/") return send("text/html", page);
    if (path === "/order") {
      return send(TYPES[".json"]!, JSON.stringify(content.order));
    }
    if (path === "/report") {
      resolve(await json(request));
      return send("text/plain", "");
    }
    const [, first = "", ...rest] = path.split("/");
    const found = (content.folders[first] ?? [])
      .map((folder) => join(folder, ...rest)).find((file) => existsSync(file));
    const bytes = found === undefined ? undefined : await readFile(found);
    if (bytes === undefined) missing.push(path);
    return send(TYPES[extname(path)] ?? "text/plain", bytes);
  });
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    report,
    missing,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
