import { createServer, type IncomingMessage } from "node:http";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** A page served on this machine. */
export interface ServedPage {
  /** Address of the page. */
  readonly url: string;
  /**
   * Answers the page's next request of `/order`, which waits until then, and
   * gives what it posts to `/report`.
   */
  readonly ask: (order: unknown) => Promise<unknown>;
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

/** Values in the order they came, each to whoever asked first. */
function queue<T>(): {
  readonly add: (value: T) => void;
  readonly next: () => Promise<T>;
} {
  const waiting: ((value: T) => void)[] = [];
  const values: T[] = [];
  return {
    add: (value) => {
      const resolve = waiting.shift();
      if (resolve === undefined) values.push(value);
      else resolve(value);
    },
    next: () => {
      if (values.length > 0) return Promise.resolve(values.shift()!);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/**
 * Serves an empty page with one script, folders of files, and orders.
 *
 * @param content Path of the script, and folders on disk that each first part
 *   of a path is looked for in.
 */
export async function servePage(content: {
  readonly script: string;
  readonly folders: Readonly<Record<string, readonly string[]>>;
}): Promise<ServedPage> {
  const page = '<!doctype html><link rel="icon" href="data:,">' +
    `<script type="module" src="${content.script}"></script>`;
  const orders = queue<unknown>();
  const reports = queue<unknown>();
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
      return send(TYPES[".json"]!, JSON.stringify(await orders.next()));
    }
    if (path === "/report") {
      reports.add(await json(request));
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
    ask: (order) => {
      orders.add(order);
      return reports.next();
    },
    missing,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
