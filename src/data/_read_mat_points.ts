import { mapConcurrent } from "./_find_file.ts";
import { refuse, unwrap } from "./_refusal.ts";
import { readBytes } from "./files.ts";
import type { Point } from "./image_pair.ts";
import { decodeMat } from "./mat_file.ts";

/** `pts_coord [2, K]` of the `.mat` beside each picture, `K` being that of the csv. */
export async function readMatPoints(
  images: readonly string[],
  wanted: { readonly count: number; readonly csv: string },
): Promise<ReadonlyMap<string, readonly Point[]>> {
  const { count, csv } = wanted;
  const points = await mapConcurrent(images, 16, async (image) => {
    const file = image.replace(/\.[^.]+$/, ".mat");
    const arrays = unwrap(decodeMat(unwrap(await readBytes(file)()), file));
    const found = Object.hasOwn(arrays, "pts_coord");
    const { shape = [], data } = found ? arrays["pts_coord"]! : {};
    if (data === undefined || shape[0] !== 2 || shape[1] !== count) {
      const got = found ? `[${shape.join(", ")}]` : "nothing";
      refuse(file, "pts_coord", `[2, ${count}] as in ${csv}`, got);
    }
    const at = (row: number, k: number): number => {
      const value = data[row * count + k]!;
      if (Number.isFinite(value)) return value;
      refuse(file, `pts_coord[${row}, ${k}]`, "a number", `${value}`);
    };
    const list = Array.from(
      { length: count },
      (_, k): Point => [at(0, k), at(1, k)],
    );
    return [image, list] as const;
  });
  return new Map(points);
}
