/** What decodes a PNG: package and version. */
export const PNG_DECODER = "fast-png 8.0.0";

/** What decodes a JPEG. */
export const JPEG_DECODER = "mozjpeg (@jsquash/jpeg 1.6.0)";
