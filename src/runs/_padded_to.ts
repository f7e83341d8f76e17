import type { PixelSize } from "../data/scale_keypoints.ts";

/** `[H, W]` of a picture that is padded, right and below, to whole cells. */
export function paddedTo(
  { width, height }: PixelSize,
  stride: number,
): readonly [H: number, W: number] {
  const upTo = (length: number): number => Math.ceil(length / stride) * stride;
  return [upTo(height), upTo(width)];
}
