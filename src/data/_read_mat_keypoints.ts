import { refuse, unwrap } from "./_refusal.ts";
import { readBytes } from "./files.ts";
import type { Box, Point } from "./image_pair.ts";
import { decodeMat } from "./mat_file.ts";

/** What PF-PASCAL annotates on a picture. */
export interface MatKeypoints {
  /** By number; absent ones are `undefined`. */
  readonly keypoints: readonly (Point | undefined)[];
  /** Around the object, where annotated. */
  readonly box?: Box;
}

/** `kps [K, 2]`, NaN where a keypoint is absent, and `bbox [1, 4]` of one file. */
export async function readMatKeypoints(file: string): Promise<MatKeypoints> {
  const arrays = unwrap(decodeMat(unwrap(await readBytes(file)()), file));
  const found = Object.hasOwn(arrays, "kps") ? arrays["kps"] : undefined;
  const { shape = [], data = new Float64Array() } = found ?? {};
  if (shape.length !== 2 || shape[1] !== 2) {
    const got = found ? `[${shape.join(", ")}]` : "nothing";
    refuse(file, "kps", "[K, 2]", got);
  }
  const keypoints = Array.from(
    { length: shape[0]! },
    (_, k): Point | undefined => {
      const [x, y] = [data[2 * k]!, data[2 * k + 1]!];
      if (Number.isFinite(x) && Number.isFinite(y)) return [x, y];
      if (Number.isNaN(x) && Number.isNaN(y)) return undefined;
      refuse(file, `kps[${k}]`, "two numbers or two NaN", `[${x}, ${y}]`);
    },
  );
  const box = Object.hasOwn(arrays, "bbox") ? arrays["bbox"] : undefined;
  if (box === undefined) return { keypoints };
  const [x1, y1, x2, y2] = box.data;
  if (box.data.length !== 4 || !(x1! < x2! && y1! < y2!)) {
    const wanted = "[x1, y1, x2, y2] with x1 < x2 and y1 < y2";
    refuse(file, "bbox", wanted, `[${box.data.join(", ")}]`);
  }
  return { keypoints, box: [x1!, y1!, x2!, y2!] };
}
