import { imageLoader } from "../../src/runs/load_image.ts";
const t0 = performance.now();
const files: string[] = [];
for (const e of Deno.readDirSync("/work/shared/data/pf-willow/PF-dataset")) if (e.isDirectory) for (const f of Deno.readDirSync("/work/shared/data/pf-willow/PF-dataset/" + e.name)) if (f.name.endsWith(".png")) files.push("/work/shared/data/pf-willow/PF-dataset/" + e.name + "/" + f.name);
const load = imageLoader({ size: 256, stride: 16 });
let first = 0; const times: number[] = [];
for (const f of files.slice(0, 70)) { const t = performance.now(); const r = await load({ path: f })(); if (r._tag === "Left") throw r.left; times.push(performance.now() - t); }
console.log("start", t0.toFixed(0), "total", (performance.now() - t0).toFixed(0), times.slice(0, 12).map((x) => x.toFixed(1)).join(" "), "last10", (times.slice(-10).reduce((a, b) => a + b) / 10).toFixed(2));
const zlib = await import("node:zlib");
const r = await load({ path: files[0]! })();
