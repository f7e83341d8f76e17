/** A browser that shows a page. */
export interface OpenBrowser {
  /** Fails when it ends by itself. */
  readonly ended: Promise<never>;
  /** Ends it. */
  readonly close: () => Promise<void>;
}

/** Opens a page in Chromium, its GPU played by SwiftShader where `gpu` does not say else. */
export function openBrowser(
  command: string,
  { url, profile, gpu = ["--use-webgpu-adapter=swiftshader"], flags = [] }: {
    readonly url: string;
    /** Folder that is made for it. */
    readonly profile: string;
    /** Flags that choose the adapter. */
    readonly gpu?: readonly string[];
    /** Further flags. */
    readonly flags?: readonly string[];
  },
): OpenBrowser {
  const browser = new Deno.Command(command, {
    args: [
      "--headless",
      "--no-sandbox",
      "--no-first-run",
      "--enable-unsafe-webgpu",
      ...gpu,
      ...flags,
      `--user-data-dir=${profile}`,
      url,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const ended = browser.status.then(({ code }) => {
    throw new Error(`the browser ended with ${code} before the page reported`);
  });
  ended.catch(() => {});
  return {
    ended,
    close: async () => {
      try {
        browser.kill();
      } catch {
        // It has ended already.
      }
      await browser.status;
    },
  };
}
