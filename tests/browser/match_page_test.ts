// The page of `deno task page`, with the model on one side and the same
// matches by the library in Deno on the other.
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawnPair } from "../../examples/page/drawn_pair.ts";
import type { RgbImage } from "../../src/data/rgb_image.ts";
import { createBackend } from "../../src/runs/create_backend.ts";
import { encodeCheckpoint } from "../../src/runs/encode_checkpoint.ts";
import { initialModel } from "../../src/runs/initial_model.ts";
import { loadCheckpoint } from "../../src/runs/load_model.ts";
import { matchPair } from "../../src/runs/match_pair.ts";
import type { Reading } from "../../src/runs/reading.ts";
import { drawnDefaults } from "../../src/runs/train_config.ts";
import { fromBase64, pillowCases } from "../data/_helpers.ts";
import { pngFile } from "../data/_png.ts";
import { right } from "../runs/_helpers.ts";
import { drivePage } from "./_drive_page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";
const TOLERANCE_PX = 0.05;

const present = existsSync(CHROMIUM);
const reason = present ? "" : ` (skipped: no ${CHROMIUM})`;

Deno.test({
  name: `deno task page matches as matchPair() does${reason}`,
  ignore: !present,
  fn: async () => {
    const folder = await mkdtemp(join(tmpdir(), "match-page-"));
    const checkpoint = join(folder, "run.safetensors");
    await writeFile(checkpoint, await untrained());
    const command = await startPage("--checkpoint", checkpoint);
    const page = await drivePage(CHROMIUM, {
      url: command.url,
      profile: join(folder, "it"),
    });
    const backend = right(await createBackend("onnx-cpu")());
    try {
      const model = right(await loadCheckpoint(checkpoint)());
      const drawn = right(await drawnPair(0)());
      const [source, target] = await Promise.all(
        drawn.images.map((image, i) => writePng(folder, `${i}.png`, image)),
      ) as [string, string];
      const check = async (id: number, target: string, reading: Reading) => {
        const point = `.pin[data-point="${id}"]`;
        // Its match has come once it no longer is that of another place.
        const values = await page.until(`(() => {
          const [from, to] = ["source", "target"].map((side) =>
            document.querySelector(\`#\${side}-pins ${point}\`));
          return to && !to.classList.contains("old") &&
            [from, to].map(({ dataset: { x, y } }) => [Number(x), Number(y)]);
        })()`) as [[number, number], [number, number]];
        const [at, found] = values;
        const inputs = { model, source, target, points: [at] };
        const { points } = right(
          await matchPair(backend, inputs, { reading })(),
        );
        const [x, y] = points[0]!.match;
        const off = Math.hypot(found[0] - x, found[1] - y);
        ok(off < TOLERANCE_PX, `${found} for ${x}, ${y} of ${at}`);
        return { at, found };
      };
      const reading: Reading = {
        betaEval: drawnDefaults.betaEval,
        sigmaCells: drawnDefaults.sigmaCells,
      };
      // What it begins with, and a point that is marked and then moved.
      await check(1, target, reading);
      const places = await page.evaluate(`(() => {
        const box = document.querySelector("#source-picture")
          .getBoundingClientRect();
        return [[0.5, 0.55], [0.3, 0.6], [0.2, 0.4]].map(([x, y]) =>
          [box.left + x * box.width, box.top + y * box.height]);
      })()`) as [[number, number], [number, number], [number, number]];
      const [width, height] = [drawn.images[0].width, drawn.images[0].height];
      const id = drawn.points.length + 1;
      await page.press(places[0]);
      const marked = await check(id, target, reading);
      ok(Math.abs(marked.at[0] - (0.5 * width - 0.5)) < 0.1);
      ok(Math.abs(marked.at[1] - (0.55 * height - 0.5)) < 0.1);
      await page.press(...places);
      const moved = await check(id, target, reading);
      ok(Math.abs(moved.at[0] - (0.2 * width - 0.5)) < 0.1, `${moved.at}`);

      // Another reading of the same features.
      await choose(page, "beta", "0.05");
      await choose(page, "localizer", "softArgmax");
      const other = { ...reading, betaEval: 0.05, localizer: "softArgmax" };
      await page.until(
        `document.getElementById("beta-used").textContent.startsWith("0.05")`,
      );
      await page.until(
        `document.querySelector('#target-pins [data-point="${id}"]').dataset.x
          !== "${moved.found[0]}"`,
      );
      await check(id, target, other as Reading);

      // Errors are said in the page, and what to do.
      const problem = () =>
        page.until(`document.getElementById("problem").textContent`);
      await choose(page, "beta", "0");
      match(await problem() as string, /auto or a number above 0/);
      const webp = join(folder, "a.webp");
      await writeFile(webp, "RIFF\x24\0\0\0WEBPVP8 ");
      await chooseFile(page, "#target-file", webp);
      await page.until(
        `/a.webp.*WebP: convert it to PNG/.test(
          document.getElementById("problem").textContent)`,
      );

      // A JPEG of the visitor's own, by the library's decoder.
      const { decode } = await pillowCases();
      const { file } = decode.find(({ name }) => name === "baseline JPEG")!;
      const jpeg = join(folder, "own.jpg");
      await writeFile(jpeg, fromBase64(file));
      await chooseFile(page, "#target-file", jpeg);
      await page.until(
        `document.getElementById("target-name").textContent
          .startsWith("own.jpg")`,
      );
      await check(id, jpeg, other as Reading);
      equal(
        await page.evaluate(`document.getElementById("problem").textContent`),
        "",
      );
      const runsOn = await page.evaluate(
        `document.getElementById("backend").textContent`,
      );
      match(runsOn as string, /^onnx-wasm: CPU of \d+ cores?, WebAssembly$/);

      // The keyboard alone: mark, move, remove.
      await page.evaluate(`document.getElementById("add").click()`);
      await key(page, "ArrowRight");
      const { at } = await check(id + 1, jpeg, other as Reading);
      deepStrictEqual(at[0], width / 2 - 0.5 + Math.max(width, height) / 256);
      await key(page, "Delete");
      equal(
        await page.evaluate(`document.querySelectorAll("#rows tr").length`),
        id,
      );
    } finally {
      await page.close();
      await backend.close();
      deepStrictEqual(await command.interrupt(), { code: 0, said: "" });
      await rm(folder, { recursive: true, force: true });
    }
  },
});

type Page = Awaited<ReturnType<typeof drivePage>>;

/** A checkpoint with the model before its first step. */
async function untrained(): Promise<Uint8Array> {
  const { config, parameters } = right(await initialModel(drawnDefaults)());
  return encodeCheckpoint({
    version: 1,
    architecture: {
      backbone: { ...config.backbone },
      temperature: { ...config.temperature },
    },
    config: { ...drawnDefaults },
    step: 0,
    epoch: 0,
    order: { seed: 0, position: 0 },
    best: null,
    parameters,
  });
}

async function writePng(
  folder: string,
  name: string,
  { width, height, data }: RgbImage,
): Promise<string> {
  const rows = new Uint8Array(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    const row = data.subarray(3 * width * y, 3 * width * (y + 1));
    rows.set(row, y * (1 + 3 * width) + 1);
  }
  const path = join(folder, name);
  const bytes = pngFile({ width, height, depth: 8, colorType: 2, rows });
  await writeFile(path, bytes);
  return path;
}

/** Starts the command and waits for its address. */
async function startPage(...args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--unstable-bundle", "-P=page", "--no-check", "--quiet"],
      ...["examples/page.ts", "--port", "0", ...args],
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let url: string | undefined;
  while (url === undefined) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the command ended: ${await said}`);
    text += value;
    url = text.match(/^page: (\S+)$/m)?.[1];
  }
  return {
    url,
    interrupt: async () => {
      child.kill("SIGINT");
      await reader.cancel();
      const [{ code }, err] = await Promise.all([child.status, said]);
      return { code, said: err };
    },
  };
}

function choose(page: Page, id: string, value: string): Promise<unknown> {
  return page.evaluate(`(() => {
    const field = document.getElementById("${id}");
    field.value = "${value}";
    field.dispatchEvent(new Event("change"));
  })()`);
}

async function chooseFile(page: Page, selector: string, file: string) {
  const { root } = await page.send("DOM.getDocument") as {
    root: { nodeId: number };
  };
  const { nodeId } = await page.send("DOM.querySelector", {
    nodeId: root.nodeId,
    selector,
  });
  await page.send("DOM.setFileInputFiles", { nodeId, files: [file] });
}

async function key(page: Page, name: string): Promise<void> {
  for (const type of ["keyDown", "keyUp"]) {
    await page.send("Input.dispatchKeyEvent", { type, key: name, code: name });
  }
}
