import type { Backend } from "../mod.ts";
import {
  BACKEND_NAMES,
  createBackend,
  type OpaqueTensor,
} from "../src/runs/create_backend.ts";

/** Backends worth timing: the reference is an oracle, its speed says nothing. */
const TIMED = BACKEND_NAMES.filter((name) => name !== "reference");

/** Every timed backend that is present; `SIMSC_BENCH=name,name` picks some. */
export async function timedBackends(): Promise<
  readonly Backend<OpaqueTensor>[]
> {
  const wanted = Deno.env.get("SIMSC_BENCH")?.split(",");
  const backends: Backend<OpaqueTensor>[] = [];
  for (const name of TIMED) {
    if (wanted && !wanted.includes(name)) continue;
    const backend = await createBackend(name)();
    if (backend._tag === "Right") backends.push(backend.right);
    else console.error(`skipped: ${backend.left.message}`);
  }
  return backends;
}

/** Seeded numbers in [-1, 1), the same for every backend. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
