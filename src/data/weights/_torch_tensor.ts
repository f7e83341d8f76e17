import { decodeElements, ELEMENT_BYTES } from "../_safetensors_elements.ts";
import { checkFinite } from "../_check_finite.ts";
import type { NamedTensor } from "../safetensors.ts";
import type { PickleTensor } from "./_pickle_value.ts";
import { tensorSpan } from "./_torch_hooks.ts";

/** Reads one tensor; `read` gives bytes of its storage, `place` names it in errors. */
export async function readTorchTensor(
  tensor: PickleTensor,
  options: {
    readonly read: (start: number, end: number) => Promise<Uint8Array>;
    readonly little: boolean;
    readonly place: { readonly file: string; readonly name: string };
  },
): Promise<NamedTensor> {
  const { read, little, place } = options;
  const { dtype, shape } = tensor;
  const { start, end } = tensorSpan(tensor);
  const size = ELEMENT_BYTES[dtype]!;
  const bytes = await read(start * size, end * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const span = decodeElements(dtype, view, little);
  const data = isContiguous(tensor) ? span : gather(span, tensor);
  checkFinite(data, place.name, place.file);
  return { shape, data };
}

/** Whether the elements lie in the order of the axes without gaps. */
function isContiguous({ shape, strides }: PickleTensor): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return shape.includes(0);
    step *= shape[axis]!;
  }
  return true;
}

/** Row-major elements of a strided window that starts at element 0 of `span`. */
function gather(
  span: Float32Array,
  { shape, strides }: PickleTensor,
): Float32Array {
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = span[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      index[axis] = index[axis]! + 1;
      if (index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
