import { refuse } from "../_refusal.ts";
import {
  isKind,
  type PickleDict,
  type PickleTensor,
  type PickleValue,
  show,
} from "./_pickle_value.ts";

/** The tensors of a checkpoint, and where in it they were. */
export interface StateDict {
  /** Keys from the top down to the tensors, with dots; empty for the top itself. */
  readonly wrapper: string;
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, PickleTensor>;
  /** Everything beside them, by key. */
  readonly skipped: readonly string[];
}

/**
 * Keys under which checkpoints keep the weights to use, best first: averaged
 * ones before trained ones, the teacher before the student.
 */
const WRAPPERS = [
  "teacher",
  "model_ema",
  "state_dict_ema",
  "ema",
  "state_dict",
  "model_state_dict",
  "model_state",
  "model",
  "net",
  "network",
  "backbone",
  "encoder",
  "student",
  "module",
  "weights",
  "params",
] as const;

/** Dicts inside dicts that are looked into. */
const MAX_DEPTH = 3;

/** A dict of tensors somewhere in a checkpoint. */
interface Candidate {
  readonly path: readonly string[];
  readonly dict: PickleDict;
  readonly tensors: ReadonlyMap<string, PickleTensor>;
}

/**
 * Finds the weights in a checkpoint.
 *
 * @param root What the pickle holds.
 * @param options `key` picks a dict by its path where the rule would not.
 */
export function findStateDict(
  root: PickleValue,
  options: { readonly file: string; readonly key?: string | undefined },
): StateDict {
  const { file, key } = options;
  if (!isKind(root, "dict")) {
    refuse(file, "checkpoint", "a dict of tensors", show(root));
  }
  const candidates = search(root, [], new Set());
  const chosen = key === undefined
    ? choose(candidates, file)
    : candidates.find(({ path }) => path.join(".") === key);
  if (chosen === undefined) {
    const names = candidates.map(({ path }) => path.join(".") || "(top)");
    const wanted = key === undefined ? "tensors in it" : `a dict "${key}"`;
    refuse(file, "checkpoint", wanted, names.join(", ") || "none");
  }
  const { path, dict, tensors } = chosen;
  const beside = path.length === 0 ? [] : keysOf(root)
    .filter((name) => name !== path[0]);
  const inside = keysOf(dict).filter((name) => !tensors.has(name));
  return { wrapper: path.join("."), tensors, skipped: [...beside, ...inside] };
}

function choose(
  candidates: readonly Candidate[],
  file: string,
): Candidate | undefined {
  const rank = ({ path }: Candidate): number => {
    const ranks = path.map((name) =>
      WRAPPERS.findIndex((known) => known === name)
    );
    return ranks.includes(-1) ? Infinity : Math.min(...ranks, WRAPPERS.length);
  };
  const ranked = candidates.toSorted((a, b) =>
    rank(a) - rank(b) || a.path.length - b.path.length
  );
  const [best, other] = ranked;
  const isClear = other === undefined || rank(best!) < Infinity;
  if (isClear) return best;
  const names = ranked.map(({ path }) => path.join("."));
  return refuse(file, "key", `one of ${names.join(", ")}`, "none");
}

/** Dicts with tensors in them, from the top down; one that is met twice counts once. */
function search(
  dict: PickleDict,
  path: readonly string[],
  seen: Set<PickleDict>,
): readonly Candidate[] {
  seen.add(dict);
  const tensors = new Map<string, PickleTensor>();
  const deeper: Candidate[] = [];
  for (const [name, value] of dict.entries) {
    if (typeof name !== "string") continue;
    if (isKind(value, "tensor")) tensors.set(name, value);
    if (!isKind(value, "dict") || seen.has(value)) continue;
    if (path.length < MAX_DEPTH && !/optim|scaler|loss|sched/i.test(name)) {
      deeper.push(...search(value, [...path, name], seen));
    }
  }
  // A counter or a buffer beside the dict of weights does not make it one.
  const isOne = tensors.size > 0 &&
    (deeper.length === 0 || tensors.size > dict.entries.length / 2);
  return isOne ? [{ path, dict, tensors }, ...deeper] : deeper;
}

function keysOf(dict: PickleDict): readonly string[] {
  return dict.entries.map(([name]) => show(name));
}
