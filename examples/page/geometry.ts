/**
 * Between the pixels of a picture and a page that shows it.
 */

import type { Point } from "@simsc/core";
import type { PixelSize } from "@simsc/core/data";

/** A box of the page, as `getBoundingClientRect` gives it. */
export interface Box extends PixelSize {
  /** Left side. */
  readonly left: number;
  /** Upper side. */
  readonly top: number;
}

/** Pixel of a picture under a place of the page; (0, 0) is the centre of the first. */
export function toPicture(
  [x, y]: Point,
  box: Box,
  { width, height }: PixelSize,
): Point {
  return inside([
    (x - box.left) * width / box.width - 0.5,
    (y - box.top) * height / box.height - 0.5,
  ], { width, height });
}

/** The nearest place inside a picture. */
export function inside(
  [x, y]: Point,
  { width, height }: PixelSize,
): Point {
  return [
    Math.min(width - 0.5, Math.max(-0.5, x)),
    Math.min(height - 0.5, Math.max(-0.5, y)),
  ];
}

/** Where a pixel is shown, in percent of the picture's width and height. */
export function toPercent(
  [x, y]: Point,
  { width, height }: PixelSize,
): Point {
  return [100 * (x + 0.5) / width, 100 * (y + 0.5) / height];
}

/** What an arrow key moves a point by, in pixels; none of other keys. */
export function arrowStep(
  key: string,
  { isFar, size }: { readonly isFar: boolean; readonly size: PixelSize },
): Point | undefined {
  const fine = Math.max(1, Math.max(size.width, size.height) / 256);
  const step = isFar ? 10 * fine : fine;
  switch (key) {
    case "ArrowLeft":
      return [-step, 0];
    case "ArrowRight":
      return [step, 0];
    case "ArrowUp":
      return [0, -step];
    case "ArrowDown":
      return [0, step];
    default:
      return undefined;
  }
}

/** The size at which a picture of any size is shown: at most `side` pixels long. */
export function shownSize(
  { width, height }: PixelSize,
  side: number,
): PixelSize {
  const ratio = Math.min(1, side / Math.max(width, height));
  const scaled = (length: number) => Math.max(1, Math.round(length * ratio));
  return { width: scaled(width), height: scaled(height) };
}
