import { equal, rejects } from "node:assert/strict";
import {
  SideError,
  startOurs,
  startPeer,
  startScript,
} from "../../bench/side_process.ts";
import { runTask } from "./_run_task.ts";

Deno.test("startPeer() gives none where there is no Python", async () => {
  equal(await startPeer("no-such-python"), undefined);
});

Deno.test("startOurs() starts a process that answers", async () => {
  const side = await startOurs({ backend: "reference" });
  const work = { case: "maps-match", pairs: 1, size: 4, keypoints: 2 };
  const { ms } = await side.run({ ...work, steps: 2 });
  equal(ms.length, 2);
  await rejects(side.run({ ...work, case: "vgg", steps: 1 }), /vgg/);
  await side.close();
});

Deno.test("startScript() fails by name where the script ends", async () => {
  await rejects(startScript(["no_such_script.ts"]), SideError);
});

for (const task of ["peers", "match", "scaling", "backbones"]) {
  Deno.test(`deno task bench:${task} ends well without Python`, async () => {
    const { code, out, err } = await runTask(
      `bench:${task}`,
      ...["--python", "no-such-python"],
    );
    equal(out, "skipped: no-such-python has no PyTorch\n", err);
    equal(code, 0);
  });
}
