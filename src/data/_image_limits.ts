import { refuse } from "./_refusal.ts";

/** Pixels above which a header is taken for a mistake or an attack. */
const MAX_PIXELS = 100_000_000;

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
