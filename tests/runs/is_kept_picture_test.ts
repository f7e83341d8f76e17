import { equal } from "node:assert/strict";
import { isKeptPicture } from "../../src/runs/_is_kept_picture.ts";

Deno.test("isKeptPicture() keeps mirrored pictures, not those with other edits", () => {
  const crop = { kind: "crop", x: 0, y: 0, width: 8, height: 8 } as const;
  equal(isKeptPicture({ path: "a.png" }), true);
  equal(isKeptPicture({ path: "a.png", edits: [{ kind: "mirror" }] }), true);
  equal(isKeptPicture({ path: "a.png", edits: [crop] }), false);
});
