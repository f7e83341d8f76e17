import { ok } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

async function deno(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
  }).output();
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  ok(success, `deno ${args[0]}: ${err}`);
  return out!;
}

/** Bundles a page into a folder; what a browser never loads stays outside. */
export async function bundlePage(entry: string, folder: string): Promise<void> {
  const outside = ["onnxruntime-node", "node:*"];
  await deno(
    "bundle",
    "--platform=browser",
    "--code-splitting",
    ...outside.flatMap((name) => ["--external", name]),
    `--outdir=${folder}`,
    entry,
  );
}

/** Folders of the WebAssembly files that a page needs. */
export async function wasmFolders(): Promise<readonly string[]> {
  const { npmCache } = JSON.parse(await deno("info", "--json"));
  const [registry = ""] = await readdir(npmCache);
  return (["onnxruntime-web", "@tensorflow/tfjs-backend-wasm"] as const)
    .map((name) => {
      const path = project.imports[name].replace("npm:", "");
      const at = path.lastIndexOf("@");
      const version = path.slice(at + 1);
      return join(npmCache, registry, path.slice(0, at), version, "dist");
    });
}
