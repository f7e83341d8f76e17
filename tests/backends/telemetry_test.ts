import { strictEqual } from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";

const created = await onnxBackend({ device: "cpu" })();
const onCpu = { ignore: created._tag === "Left" };
const VARIABLE = "ORT_DISABLE_TELEMETRY";
const MODULE = new URL("../../src/backends/onnx/mod.ts", import.meta.url);

for (
  const [what, leave, before, wanted] of [
    ["turns telemetry off", [`--allow-env=${VARIABLE}`], undefined, "1"],
    ["keeps what the environment says", [`--allow-env=${VARIABLE}`], "0", "0"],
    ["runs where it may not turn it off", [], undefined, "unknown"],
  ] as const
) {
  Deno.test(`onnxBackend() on the CPU ${what}`, onCpu, async () => {
    strictEqual(await variableAfter(leave, before), wanted);
  });
}

/** What a program of its own finds in the environment once the backend runs. */
async function variableAfter(
  leave: readonly string[],
  before: string | undefined,
): Promise<string> {
  const program = `
    import { onnxBackend } from ${JSON.stringify(MODULE.href)};
    const created = await onnxBackend({ device: "cpu" })();
    if (created._tag === "Left") throw created.left;
    await created.right.close();
    const { state } = Deno.permissions.querySync({ name: "env", variable: "${VARIABLE}" });
    console.log(state === "granted" ? Deno.env.get("${VARIABLE}") : "unknown");
  `;
  const { [VARIABLE]: _, ...rest } = process.env;
  const env = before === undefined ? rest : { ...rest, [VARIABLE]: before };
  const url = `data:application/typescript,${encodeURIComponent(program)}`;
  const flags = [
    "run",
    "--quiet",
    "--no-prompt",
    "--allow-read",
    "--allow-ffi",
  ];
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, `--config=${config}`, ...leave, url],
    { env },
  );
  return stdout.trim();
}
