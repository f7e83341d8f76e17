import type { Backend, TensorMap } from "../backends/backend.ts";
import { parameter } from "./_parameter.ts";

/** `x W^T + b` over the last axis of `x [..., I]`, with `${name}.weight [O, I]` and `${name}.bias [O]`. */
export function linear<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  x: T,
  options: { readonly fn: string; readonly name: string },
): T {
  const { fn, name } = options;
  const weight = parameter(fn, "parameters", parameters, `${name}.weight`);
  const bias = parameter(fn, "parameters", parameters, `${name}.bias`);
  const shape = backend.shape(x);
  const outputs = backend.shape(weight)[0] ?? 0;
  const inputs = shape.at(-1) ?? 0;
  const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const product = backend.matMul(
    backend.reshape(x, [rows, inputs]),
    weight,
    { transposeB: true },
  );
  return backend.reshape(
    backend.add(product, bias),
    [...shape.slice(0, -1), outputs],
  );
}
