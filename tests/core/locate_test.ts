import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError } from "../../src/core/errors.ts";
import { kernelSoftArgmax } from "../../src/core/kernel_soft_argmax.ts";
import { type Localizer, locate } from "../../src/core/locate.ts";
import { nearestNeighbor } from "../../src/core/nearest_neighbor.ts";
import { softArgmax } from "../../src/core/soft_argmax.ts";
import { windowSoftArgmax } from "../../src/core/window_soft_argmax.ts";
import { assertClose, drawn, eachBackend, put } from "../_helpers.ts";

eachBackend("locate() is the function that its localizer names", async (be) => {
  const maps = put(be, drawn(1, [1, 3, 3, 4]));
  const beta = 0.1;
  const kernel = { sigmaCells: 1 };
  const window = { radiusCells: 1, outside: "masked" } as const;
  const cases: readonly (readonly [Localizer, typeof maps])[] = [
    [{ kind: "nearestNeighbor" }, nearestNeighbor(be, maps)],
    [{ kind: "softArgmax" }, softArgmax(be, maps, { beta })],
    [
      { kind: "kernelSoftArgmax", ...kernel },
      kernelSoftArgmax(be, maps, { ...kernel, beta }),
    ],
    [
      { kind: "windowSoftArgmax", ...window },
      windowSoftArgmax(be, maps, { ...window, beta }),
    ],
  ];
  for (const [localizer, wanted] of cases) {
    const [points = []] = await be.read([wanted]);
    await assertClose(be, locate(be, maps, { localizer, beta }), points);
  }
});

Deno.test("locate() names the localizers where it knows none", () => {
  const be = referenceBackend();
  const localizer = { kind: "argmax" } as unknown as Localizer;
  throws(() => locate(be, put(be, drawn(1, [1, 1, 2, 2])), { localizer }), {
    name: OptionError.name,
    message:
      'locate(): "localizer" must be nearestNeighbor, softArgmax, kernelSoftArgmax, windowSoftArgmax: got argmax',
  });
});
