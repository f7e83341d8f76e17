import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError } from "../../src/core/errors.ts";
import { clipGradients } from "../../src/nn/clip_gradients.ts";
import { assertClose, eachBackend } from "../_helpers.ts";
import { assertNear, upload } from "./_goldens.ts";

const gradients = {
  a: { shape: [2, 2], data: [0.3, -1.2, 0, 2.5] },
  b: { shape: [], data: [-0.7] },
  c: { shape: [3], data: [1e-3, 4, -0.25] },
};

// torch.nn.utils.clip_grad_norm_([a, b, c], 0.5) in float64.
const NORM = 4.932798495783099;
const CLIPPED = {
  a: [0.03040869593994859, -0.12163478375979436, 0, 0.2534057994995716],
  b: [-0.07095362385988005],
  c: [0.00010136231979982864, 0.40544927919931456, -0.02534057994995716],
};

Deno.test("clipGradients() follows PyTorch's clip_grad_norm_", async () => {
  const backend = referenceBackend();
  const clipped = clipGradients(backend, upload(backend, gradients), {
    maxNorm: 0.5,
  });
  const { a, b, c } = clipped.gradients;
  deepStrictEqual(
    [a, b, c, clipped.norm].map((x) => backend.shape(x!)),
    [[2, 2], [], [3], []],
  );
  const got = await backend.read([a!, b!, c!, clipped.norm]);
  const wanted = [CLIPPED.a, CLIPPED.b, CLIPPED.c, [NORM]];
  got.forEach((data, i) => assertNear(data, wanted[i]!, 1e-14));
});

Deno.test("clipGradients() leaves a norm within the bound", async () => {
  const backend = referenceBackend();
  // PyTorch clamps the factor to 1.
  const small = upload(backend, { g: { shape: [2], data: [0.03, -0.04] } });
  for (const maxNorm of [0.5, Infinity]) {
    const { gradients, norm } = clipGradients(backend, small, { maxNorm });
    const [g, n] = await backend.read([gradients["g"]!, norm]);
    deepStrictEqual([...g!], [0.03, -0.04]);
    strictEqual(n![0], 0.05);
  }
});

Deno.test("clipGradients() leaves zeros and hands on what is not finite", async () => {
  const backend = referenceBackend();
  const of = async (...data: number[]) => {
    const { gradients, norm } = clipGradients(
      backend,
      { g: backend.tensor(data, [data.length]) },
      { maxNorm: 1 },
    );
    const read = await backend.read([gradients["g"]!, norm]);
    return read.map((each) => [...each]);
  };
  deepStrictEqual(await of(0, 0), [[0, 0], [0]]);
  // PyTorch: the factor is 1 / inf = 0, and inf 0 is NaN.
  deepStrictEqual(await of(Infinity, 1), [[NaN, 0], [Infinity]]);
  deepStrictEqual(await of(NaN, 1), [[NaN, NaN], [NaN]]);
});

eachBackend(
  "clipGradients() zeroes what its float32 square overflows",
  async (be) => {
    if (be.precision === "float64") return;
    const { gradients, norm } = clipGradients(be, {
      a: be.tensor([3e19, 4e19], [2]),
    }, { maxNorm: 1 });
    // PyTorch 2.13's clip_grad_norm_ in float32: inf, [0, 0].
    await assertClose(be, norm, [Infinity]);
    await assertClose(be, gradients["a"]!, [0, 0]);
  },
);

Deno.test("clipGradients() refuses no bound and no gradients", () => {
  const backend = referenceBackend();
  const one = upload(backend, { g: { shape: [1], data: [1] } });
  for (const maxNorm of [0, -1, NaN]) {
    throws(() => clipGradients(backend, one, { maxNorm }), OptionError);
  }
  throws(() => clipGradients(backend, {}, { maxNorm: 1 }), OptionError);
});

eachBackend("clipGradients() is the same on every backend", async (be) => {
  const tensors = Object.fromEntries(
    Object.entries(gradients)
      .map(([name, { data, shape }]) => [name, be.tensor(data, shape)]),
  );
  const clipped = clipGradients(be, tensors, { maxNorm: 0.5 });
  await assertClose(be, clipped.norm, [NORM]);
  for (const name of ["a", "b", "c"] as const) {
    await assertClose(be, clipped.gradients[name]!, CLIPPED[name]);
  }
});

Deno.test("clipGradients() gives the same bits in whatever order names are listed", async () => {
  const be = referenceBackend();
  // 1 is lost beside 1e16 unless both of them are summed first.
  const parts = { a: [1], b: [1], c: [1e8] };
  const norms = [];
  for (const names of [["a", "b", "c"], ["c", "b", "a"]] as const) {
    const gradients = Object.fromEntries(
      names.map((name) => [name, be.tensor(parts[name], [1])]),
    );
    const { norm } = clipGradients(be, gradients, { maxNorm: 1 });
    const [values] = await be.read([be.mul(norm, norm), norm]);
    norms.push([...values!]);
  }
  deepStrictEqual(norms[0], norms[1]);
});
