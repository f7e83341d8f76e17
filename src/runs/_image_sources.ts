import { formatSize } from "./format_size.ts";
import {
  type ImageSource,
  imageSource,
  type ImageSourceOptions,
} from "./image_source.ts";
import type { ImageSize } from "./load_image.ts";

/** One source for each size and stride, made when it is first asked for. */
export function imageSources(
  options: Omit<ImageSourceOptions, "size" | "stride">,
): (size: ImageSize, stride: number) => ImageSource {
  const sources = new Map<string, ImageSource>();
  return (size, stride) => {
    const key = `${formatSize(size)} ${stride}`;
    const source = sources.get(key) ??
      imageSource({ ...options, size, stride });
    sources.set(key, source);
    return source;
  };
}
