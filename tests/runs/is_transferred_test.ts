import { equal } from "node:assert/strict";
import { isTransferred } from "../../src/runs/is_transferred.ts";

Deno.test("isTransferred() knows data sets by folder, then by layout", () => {
  const trained = { data: "./sets/pascal/", format: "pf-pascal" } as const;
  equal(isTransferred(trained, "sets/pascal", { name: "pf-pascal" }), false);
  equal(isTransferred(trained, "/elsewhere", { name: "pf-pascal" }), false);
  equal(isTransferred(trained, "sets/spair", { name: "spair" }), true);
});

Deno.test("isTransferred() never takes drawn objects for SPair-71k", () => {
  const drawn = { data: "procedural", format: "spair" } as const;
  const spair = { name: "spair" };
  equal(isTransferred(drawn, "runs/procedural", spair), false);
  equal(isTransferred(drawn, "SPair-71k", spair), true);
  const trained = { data: "SPair-71k", format: "spair" } as const;
  equal(isTransferred(trained, "runs/procedural/", spair), true);
});
