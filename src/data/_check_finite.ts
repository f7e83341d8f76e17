import { refuse } from "./_refusal.ts";

/** Gives up at the first NaN or infinity of the tensor `name`. */
export function checkFinite(
  data: Float32Array,
  name: string,
  file: string,
): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      refuse(file, name, "finite numbers", `${data[i]} at element ${i}`);
    }
  }
}
