/**
 * The decoding thread alone: whoever loads nothing else before can start it
 * first.
 *
 * @module
 */

export * from "./decoding_worker.ts";
export type {
  ImageLoaderOptions,
  ImageSize,
  LoadedImage,
} from "./load_image.ts";
export type {
  ColourEdit,
  CropEdit,
  MirrorEdit,
  Picture,
  PictureEdit,
} from "../data/picture_edit.ts";
export type { RgbImage } from "../data/rgb_image.ts";
export type { PixelSize } from "../data/scale_keypoints.ts";
