import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "./data_error.ts";
import { readBytes } from "./files.ts";
import { decodeFlow, type FlowField } from "./flow_file.ts";
import type { ImagePair } from "./image_pair.ts";
import { readImage } from "./read_image.ts";
import type { PixelSize } from "./scale_keypoints.ts";

/** A dense correspondence, and where it counts. */
export interface PairFlowData {
  /** Flow from each pixel of the source, into the target after its edits. */
  readonly field: FlowField;
  /** One value a pixel, row-major: 1 on the object, 0 beside it. */
  readonly mask: Uint8Array;
}

/** A pixel of a mask is the object where it is brighter than this. */
const HALF = 127;

/**
 * Reads the dense correspondence of a pair, and the mask of its source.
 *
 * @param pair The pair, with its flow.
 * @param size Size of the source's picture, which both files must have.
 * @returns Flow and mask, or the file that is missing or wrong.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readPairFlow } from "@simsc/core/data";
 *
 * const pair = { source: { path: "image1.png", keypoints: [] } };
 * const flow = { file: "no/flow1.flo", mask: "no/mask1.png" };
 * const read = await readPairFlow({ ...pair, flow }, { width: 8, height: 4 })();
 * equal(read._tag === "Left" && read.left._tag, "MissingFile");
 * ```
 */
export function readPairFlow(
  { flow, source }:
    & Required<Pick<ImagePair, "flow">>
    & Pick<
      ImagePair,
      "source"
    >,
  { width, height }: PixelSize,
): AsyncResult<DataError, PairFlowData> {
  const misfit = (file: string, got: PixelSize) =>
    ({
      _tag: "Left",
      left: malformedFile(
        file,
        "size",
        `${width} x ${height} as ${source.path.split(/[/\\]/).at(-1)}`,
        `${got.width} x ${got.height}`,
      ),
    }) as const;
  const fits = (got: PixelSize): boolean =>
    got.width === width && got.height === height;
  return async () => {
    const bytes = await readBytes(flow.file)();
    if (bytes._tag === "Left") return bytes;
    const field = decodeFlow(bytes.right, flow.file);
    if (field._tag === "Left") return field;
    if (!fits(field.right)) return misfit(flow.file, field.right);
    const drawn = await readImage(flow.mask)();
    if (drawn._tag === "Left") return drawn;
    if (!fits(drawn.right)) return misfit(flow.mask, drawn.right);
    const { data } = drawn.right;
    const mask = Uint8Array.from(
      { length: width * height },
      (_, i) => (data[3 * i] as number) > HALF ? 1 : 0,
    );
    return { _tag: "Right", right: { field: field.right, mask } };
  };
}
