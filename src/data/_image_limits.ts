import { refuse } from "./_refusal.ts";
import { MAX_PIXELS } from "./max_pixels.ts";

/** Refuses a size that no picture of a data set has, before memory is asked for. */
export function checkImageSize(
  file: string,
  field: string,
  width: number,
  height: number,
): void {
  if (width < 1 || height < 1 || width * height > MAX_PIXELS) {
    refuse(
      file,
      field,
      `1 to ${MAX_PIXELS} pixels in all`,
      `${width} x ${height}`,
    );
  }
}
