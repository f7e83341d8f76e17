/**
 * The library's side of a comparison in a process of its own, driven line by
 * line as the peer is:
 *
 *     deno run --allow-read --allow-ffi --allow-env=ORT_DISABLE_TELEMETRY
 *       bench/ours_process.ts
 *       '{"backend": "onnx-cpu", "threads": 2}'
 *
 * First line out: what runs. Then per line in, such as {"case":
 * "resnet18-step", "pairs": 4, "size": 256, "keypoints": 10, "steps": 1}, one
 * line out: {"ms": [...], "value": ..., "peak": ...}, or {"error": ...}.
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import {
  type BackendName,
  createBackend,
  type CreateBackendOptions,
} from "@simsc/core/runs";
import { answerWork } from "./answer_work.ts";
import { describeEngine } from "./describe_engine.ts";

/** What the process is started with. */
export interface OursOptions extends CreateBackendOptions {
  /** Name of the backend. */
  readonly backend: BackendName;
}

function say(answer: object): void {
  console.log(JSON.stringify(answer));
}

if (import.meta.main) {
  const { backend: name, ...options }: OursOptions = JSON.parse(
    process.argv[2] ?? "{}",
  );
  const created = await createBackend(name, options)();
  if (created._tag === "Left") {
    say({ error: created.left.message });
    process.exit(0);
  }
  const backend = created.right;
  const answer = answerWork(backend);
  // The length of a block tells which vectors the CPU has.
  const versions = "lowering" in backend ? { lowering: backend.lowering } : {};
  say({ versions, engine: await describeEngine(backend.name) });
  for await (const line of createInterface({ input: process.stdin })) {
    const given = await answer(JSON.parse(line))
      .catch((error) => ({ error: String(error) }));
    say({ ...given, peak: process.resourceUsage().maxRSS * 1024 });
  }
  process.exit(0);
}
