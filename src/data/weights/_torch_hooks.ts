import { refuse } from "../_refusal.ts";
import { ELEMENT_BYTES } from "../_safetensors_elements.ts";
import type { PickleHooks } from "./_pickle.ts";
import {
  isKind,
  type PickleStorage,
  type PickleTensor,
  type PickleTuple,
  type PickleValue,
  show,
} from "./_pickle_value.ts";

/** Functions by which PyTorch pickles a tensor: what is done for each. */
const REBUILDERS: Readonly<Record<string, "tensor" | "first" | "typed">> = {
  "torch._utils._rebuild_tensor": "tensor",
  "torch._utils._rebuild_tensor_v2": "tensor",
  "torch._utils._rebuild_tensor_v3": "tensor",
  "torch._utils._rebuild_parameter": "first",
  "torch._utils._rebuild_parameter_with_state": "first",
  "torch._tensor._rebuild_from_type_v2": "typed",
};

/** Element types of PyTorch's storages, as safetensors calls them. */
const STORAGES: Readonly<Record<string, string>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
  UntypedStorage: "bytes",
};

/** Element types of tensors on an untyped storage. */
const DTYPES: Readonly<Record<string, string>> = {
  "torch.float64": "F64",
  "torch.float32": "F32",
  "torch.float16": "F16",
  "torch.bfloat16": "BF16",
  "torch.int64": "I64",
  "torch.uint64": "U64",
  "torch.int32": "I32",
  "torch.uint32": "U32",
  "torch.int16": "I16",
  "torch.uint16": "U16",
  "torch.int8": "I8",
  "torch.uint8": "U8",
  "torch.bool": "BOOL",
};

/**
 * Names that stand beside tensors in published checkpoints (arguments of the
 * run, a best score, random states). They are passed over as opaque data.
 */
const INERT: ReadonlySet<string> = new Set([
  "argparse.Namespace",
  "pytorch_lightning.utilities.parsing.AttributeDict",
  "lightning_fabric.utilities.data.AttributeDict",
  "collections.defaultdict",
  "collections.Counter",
  "_codecs.encode",
  "numpy.dtype",
  "numpy.ndarray",
  ...["numpy.core", "numpy._core"].flatMap((numpy) => [
    `${numpy}.multiarray.scalar`,
    `${numpy}.multiarray._reconstruct`,
    `${numpy}.numeric._frombuffer`,
  ]),
  "torch.Size",
  "torch.device",
  "torch.Tensor",
  "torch._tensor.Tensor",
  "torch.nn.parameter.Parameter",
  "torch.nn.parameter.Buffer",
  ...["builtins", "__builtin__"].flatMap((module) =>
    ["set", "frozenset", "list", "dict", "tuple", "int", "float", "bytearray"]
      .map((name) => `${module}.${name}`)
  ),
  "pathlib.PosixPath",
  "pathlib.WindowsPath",
  "pathlib.Path",
  "pathlib._local.PosixPath",
  "datetime.timedelta",
  "datetime.datetime",
]);

/**
 * Hooks that know PyTorch's tensors and inert data. Any other name ends the
 * reading at once; nothing is looked up, so nothing can run.
 */
export function torchHooks(file: string): PickleHooks {
  const bad = (place: string, wanted: string, got: string): never =>
    refuse(file, place, wanted, got);
  return {
    global: (name, place) => {
      const isKnown = name === "collections.OrderedDict" ||
        Object.hasOwn(REBUILDERS, name) || Object.hasOwn(DTYPES, name) ||
        INERT.has(name) || storageType(name) !== undefined;
      if (isKnown) return { kind: "global", name };
      return bad(
        place,
        "a tensor or plain data",
        `${
          name.slice(0, 200)
        }: code of a checkpoint is never run; where you trust it, save ` +
          "model.state_dict() alone, or a safetensors file",
      );
    },
    reduce: (callee, args, place) => {
      if (!isKind(callee, "global") || !isKind(args, "tuple")) {
        return bad(place, "a known name with a tuple", show(callee));
      }
      return rebuild(
        callee.name,
        args,
        (wanted, got) => bad(place, `${callee.name} of ${wanted}`, got),
      );
    },
    persistent: (id, place) => {
      const [kind, type, key, , count] = isKind(id, "tuple") ? id.items : [];
      const dtype = isKind(type, "global") ? storageType(type.name) : undefined;
      if (
        kind !== "storage" || dtype === undefined || typeof key !== "string" ||
        !isSize(count)
      ) {
        return bad(place, "a storage with its type, key and length", show(id));
      }
      return { kind: "storage", dtype, key, count };
    },
  };
}

type Refuse = (wanted: string, got: string) => never;

function rebuild(
  name: string,
  { items }: PickleTuple,
  bad: Refuse,
): PickleValue {
  if (name === "collections.OrderedDict") {
    const [list] = items;
    const pairs = isKind(list, "list") || isKind(list, "tuple")
      ? list.items
      : [];
    return {
      kind: "dict",
      entries: pairs.flatMap((pair): [PickleValue, PickleValue][] => {
        const [key = null, value = null] =
          isKind(pair, "tuple") || isKind(pair, "list") ? pair.items : [];
        return [[key, value]];
      }),
    };
  }
  switch (Object.hasOwn(REBUILDERS, name) ? REBUILDERS[name] : undefined) {
    case "tensor":
      return tensor(name, items, bad);
    case "first":
      return items[0] ?? bad("a tensor", "nothing");
    case "typed": {
      const [inner, , args] = items;
      // One level only: a rebuilder of tensors with its arguments.
      return isKind(inner, "global") && isKind(args, "tuple") &&
          Object.hasOwn(REBUILDERS, inner.name) &&
          REBUILDERS[inner.name] !== "typed"
        ? rebuild(inner.name, args, bad)
        : bad("a rebuilder and its arguments", show(inner));
    }
    default:
      return { kind: "opaque", name };
  }
}

function tensor(
  name: string,
  items: readonly PickleValue[],
  bad: Refuse,
): PickleTensor {
  const [storage, offset, size, stride, , , type] = items;
  if (!isKind(storage, "storage")) bad("a storage first", show(storage));
  const shape = sizes(size);
  const strides = sizes(stride);
  if (
    !shape || !strides || shape.length !== strides.length || !isSize(offset)
  ) {
    bad("an offset, sizes and as many strides", "something else");
  }
  const dtype = name.endsWith("_v3")
    ? isKind(type, "global") && Object.hasOwn(DTYPES, type.name)
      ? DTYPES[type.name]!
      : bad("a type of elements", show(type))
    : storage.dtype === "bytes"
    ? bad("a typed storage", "an untyped one")
    : storage.dtype;
  const found = {
    kind: "tensor",
    storage,
    dtype,
    offset,
    shape,
    strides,
  } as const;
  const { end } = tensorSpan(found);
  const available = storedBytes(storage) / ELEMENT_BYTES[dtype]!;
  if (!(end <= available)) {
    bad(`a storage of ${end} elements`, `${available}`);
  }
  return found;
}

/** Elements of the storage that a tensor reads: from its offset to before `end`. */
export function tensorSpan(
  { offset, shape, strides }: PickleTensor,
): { readonly start: number; readonly end: number } {
  if (shape.includes(0)) return { start: offset, end: offset };
  const last = shape.reduce(
    (at, n, axis) => at + (n - 1) * strides[axis]!,
    offset,
  );
  return { start: offset, end: last + 1 };
}

/** Bytes that a storage says it has. */
export function storedBytes({ dtype, count }: PickleStorage): number {
  return dtype === "bytes" ? count : count * ELEMENT_BYTES[dtype]!;
}

function storageType(name: string): string | undefined {
  const type = name.match(/^torch\.(?:storage\.|cuda\.)?(\w+)$/)?.[1] ?? "";
  return Object.hasOwn(STORAGES, type) ? STORAGES[type] : undefined;
}

function sizes(value: PickleValue | undefined): readonly number[] | undefined {
  const items = isKind(value, "tuple") || isKind(value, "list")
    ? value.items
    : undefined;
  return items?.every(isSize) ? items : undefined;
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
