import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { bundlePage, wasmFolders } from "../tests/browser/_bundle_page.ts";
import { openBrowser } from "../tests/browser/_open_browser.ts";
import { servePage } from "../tests/browser/_serve.ts";
import type { WorkAnswer } from "./answer_work.ts";
import type { EngineDescription } from "./describe_engine.ts";
import type { OursOptions } from "./ours_process.ts";
import { type Side, SideError } from "./side_process.ts";

/** What a page posts. */
type Report = WorkAnswer & {
  readonly error?: string;
  readonly engine: EngineDescription;
};

/** The page, bundled once for all browsers. */
export interface BundledPage {
  /** Folder of the scripts, and of the browsers' profiles. */
  readonly folder: string;
  /** Removes it. */
  readonly remove: () => Promise<void>;
}

/** Bundles the page of {@linkcode startBrowser}. */
export async function bundledPage(): Promise<BundledPage> {
  const folder = await mkdtemp(join(tmpdir(), "engines-"));
  await bundlePage("bench/browser_page.ts", join(folder, "script"));
  return {
    folder,
    remove: async () => {
      const remove = () => rm(folder, { recursive: true, force: true });
      // A browser's helpers end a little after it, and write until then.
      await remove().catch(() => setTimeout(1000).then(remove));
    },
  };
}

/**
 * Starts the library's side in a browser of its own.
 *
 * @throws {SideError} If the browser ends or the backend does not start.
 */
export async function startBrowser(
  { folder }: BundledPage,
  { chromium, gpu, ...options }: OursOptions & {
    /** Command of the browser. */
    readonly chromium: string;
    /** Whether it takes the machine's own GPU. */
    readonly gpu: boolean;
  },
): Promise<Side> {
  const served = await servePage({
    script: "script/browser_page.js",
    folders: { script: [join(folder, "script")], wasm: await wasmFolders() },
  });
  const browser = openBrowser(chromium, {
    url: served.url,
    profile: await mkdtemp(join(folder, "profile-")),
    ...(gpu && { gpu: ["--enable-features=Vulkan"] }),
  });
  const ask = async (order: object): Promise<Report> => {
    const given = await Promise.race([served.ask(order), browser.ended]);
    return given as Report;
  };
  const close = async () => {
    served.close();
    await browser.close();
  };
  const { error, engine } = await ask(options);
  if (error !== undefined) {
    await close();
    throw new SideError(error);
  }
  return {
    versions: {},
    engine,
    run: async (request) => {
      const answer = await ask(request);
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    },
    close,
  };
}
