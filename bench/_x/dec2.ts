import { readBytes } from "../../src/data/files.ts";
import { readPngChunks } from "../../src/data/_png_chunks.ts";
import { unfilterRows } from "../../src/data/_unfilter_rows.ts";
import { resizeBilinear } from "../../src/data/resize_bilinear.ts";
const mode = Deno.args[0];
const files: string[] = [];
for (const e of Deno.readDirSync("/work/shared/data/pf-willow/PF-dataset")) if (e.isDirectory) for (const f of Deno.readDirSync("/work/shared/data/pf-willow/PF-dataset/" + e.name)) if (f.name.endsWith(".png")) files.push("/work/shared/data/pf-willow/PF-dataset/" + e.name + "/" + f.name);
const T = [0, 0, 0, 0]; let px = 0;
let inflateSync: any;
if (mode === "zlib") ({ inflateSync } = await import("node:zlib"));
const s0 = performance.now();
for (const f of files.slice(0, 70)) {
  let t = performance.now();
  const lap = (i: number) => { const n = performance.now(); T[i] += n - t; t = n; };
  const b = await readBytes(f)(); if (b._tag === "Left") throw 1; lap(0);
  const { header, compressed } = readPngChunks(b.right as any, f);
  let rows: Uint8Array;
  const wanted = header.height * (1 + header.width * 3);
  if (mode === "zlib") { const c = new Uint8Array(await new Blob([...compressed]).arrayBuffer()); rows = inflateSync(c, { maxOutputLength: wanted }); }
  else if (mode === "resp") { const s = new Blob([...compressed]).stream().pipeThrough(new DecompressionStream("deflate")); rows = new Uint8Array(await new Response(s).arrayBuffer()); }
  else {
    const rd = new Blob([...compressed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader(); const parts: Uint8Array[] = [];
    for (let p = await rd.read(); !p.done; p = await rd.read()) parts.push(p.value as any);
    rows = new Uint8Array(wanted); let at = 0; for (const p of parts) { rows.set(p, at); at += p.length; }
  }
  lap(1);
  const samples = unfilterRows(rows, { rowBytes: header.width * 3, pixelBytes: 3 }) as Uint8Array; lap(2);
  px += header.width * header.height;
  resizeBilinear({ width: header.width, height: header.height, data: samples, decoder: "" }, { width: 256, height: 256 }); lap(3);
}
console.log(mode, "read inflate unfilter resize", T.map((x) => x.toFixed(0)).join(" "), "total", (performance.now() - s0).toFixed(0), px / 70);
