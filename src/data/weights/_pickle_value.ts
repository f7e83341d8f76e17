/** A name that a pickle refers to, such as `torch._utils._rebuild_tensor_v2`; never looked up. */
export interface PickleGlobal {
  readonly kind: "global";
  readonly name: string;
}

/** A list; filled while the pickle is read. */
export interface PickleList {
  readonly kind: "list";
  readonly items: PickleValue[];
}

/** A tuple. */
export interface PickleTuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}

/** A dict, its entries in order; filled while the pickle is read. */
export interface PickleDict {
  readonly kind: "dict";
  readonly entries: [PickleValue, PickleValue][];
}

/** Something of a known, inert kind whose content is not needed. */
export interface PickleOpaque {
  readonly kind: "opaque";
  readonly name: string;
}

/** Elements of one tensor or of several. */
export interface PickleStorage {
  readonly kind: "storage";
  /** Type of an element as safetensors calls it; `bytes` where each tensor says it. */
  readonly dtype: string;
  /** Name of the record that holds it. */
  readonly key: string;
  /** Elements, or bytes. */
  readonly count: number;
}

/** A strided window on a storage. */
export interface PickleTensor {
  readonly kind: "tensor";
  readonly storage: PickleStorage;
  /** Type of an element as safetensors calls it. */
  readonly dtype: string;
  /** First element. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements from one index to the next, by axis. */
  readonly strides: readonly number[];
}

/** What a pickle can hold here. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleGlobal
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleOpaque
  | PickleStorage
  | PickleTensor;

/** Kinds of the values that are objects here. */
type Kind = Extract<PickleValue, { readonly kind: string }>["kind"];

/** Whether a value is of this kind. */
export function isKind<K extends Kind>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { readonly kind: K }> {
  return typeof value === "object" && value !== null && value.kind === kind;
}

/** What a value is, for an error. */
export function show(value: PickleValue | undefined): string {
  if (typeof value !== "object" || value === null) {
    return `${value}`.slice(0, 60);
  }
  return "name" in value ? value.name.slice(0, 60) : `a ${value.kind}`;
}
