import { createBackend } from "@simsc/core/runs";
import { createPredictor, loadWeights } from "@simsc/core/runs";
const [batch, steps, prefix] = Deno.args;
const created = await createBackend("onnx-cpu", { threads: 2, ...(prefix ? {profilePrefix: prefix} : {}) } as any)();
if (created._tag === "Left") throw created.left;
const b = created.right;
const m = await loadWeights({ backbone: "resnet18", weights: "/work/shared/weights/resnet18.safetensors" })();
if (m._tag === "Left") throw new Error(m.left.message);
const p = createPredictor(b, { config: m.right.config, baked: m.right.parameters, betaEval: 0.02, sigmaCells: 7 });
const n = Number(batch);
const x = b.tensor(Float32Array.from({ length: n * 3 * 65536 }, (_, i) => Math.sin(i)), [n, 3, 256, 256]);
await p.buildExtraction({ images: [n, 3, 256, 256] });
const ms: number[] = [];
for (let i = 0; i < Number(steps); i++) {
  const t = performance.now();
  const out = await p.extract(x);
  ms.push(performance.now() - t);
  b.dispose(out.flatMap((o: any) => [o.features, o.beta]));
}
console.log(ms.slice(0, 4).map((x) => x.toFixed(0)).join(" "));
const s = ms.slice(3).sort((a, c) => a - c);
console.log("min", s[0]!.toFixed(1), "median", s[s.length >> 1]!.toFixed(1));
await b.close();
