import type { MozJPEGModule } from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { JPEG_DECODER } from "./_image_decoders.ts";
import { checkImageSize } from "./_image_limits.ts";
import { CONVERT } from "./_other_format.ts";
import { refuse } from "./_refusal.ts";
import type { RgbImage } from "./rgb_image.ts";

/** A running decoder and the complaints of its current picture. */
interface Decoder {
  readonly module: MozJPEGModule;
  readonly complaints: string[];
}

/** Complaints after which the picture is still whole. */
const HARMLESS = [
  /extraneous bytes before marker 0xd9/,
  /unknown JFIF revision number/,
];

/** Started by the first picture; starting one costs 20 ms. */
let started: Promise<Decoder> | undefined;

/**
 * Decodes a JPEG. mozjpeg fills what is missing with grey and only mutters
 * about it, and mutters once, so the end of the file is checked here and
 * every complaint but the harmless ones is an error.
 */
export async function decodeJpeg(
  bytes: Uint8Array,
  file: string,
): Promise<RgbImage> {
  const claimed = readSize(bytes, file);
  checkImageSize(file, "SOF", claimed.width, claimed.height);
  const { module, complaints } = await (started ??= start());
  complaints.length = 0;
  let decoded: ImageData | null;
  try {
    // The second argument would turn the picture as EXIF says; annotations are in stored pixels.
    decoded = module.decode(bytes.slice(), false);
  } catch (cause) {
    // It left through exit() and keeps the memory it held.
    started = undefined;
    refuse(file, "scan", "a JPEG", complaints.join("; "), cause);
  }
  const serious = complaints.filter((line) =>
    !HARMLESS.some((pattern) => pattern.test(line))
  );
  if (decoded === null || serious.length > 0) {
    refuse(file, "scan", "intact picture data", serious.join("; "));
  }
  const { width, height, data: rgba } = decoded;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, o = 0; o < data.length; i += 4) {
    data[o++] = rgba[i]!;
    data[o++] = rgba[i + 1]!;
    data[o++] = rgba[i + 2]!;
  }
  return { width, height, data, decoder: JPEG_DECODER };
}

async function start(): Promise<Decoder> {
  const { default: load } = await import(
    "@jsquash/jpeg/codec/dec/mozjpeg_dec.js"
  );
  const complaints: string[] = [];
  const module = await load({
    noInitialRun: true,
    printErr: (line: string) => complaints.push(line),
  });
  return { module, complaints };
}

/** Size in the frame header, once every segment up to the end marker is found. */
function readSize(
  bytes: Uint8Array,
  file: string,
): { readonly width: number; readonly height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: { readonly width: number; readonly height: number } | undefined;
  let scanned = false;
  let at = 2;
  for (;;) {
    at = nextMarker(bytes, at);
    if (at + 2 > bytes.length) {
      refuse(file, "EOI", "the last marker", "end of file");
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) break;
    const length = at + 4 > bytes.length ? 0 : view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) {
      refuse(
        file,
        `segment 0x${marker.toString(16)}`,
        "whole",
        `end of file at byte ${bytes.length}`,
      );
    }
    if (isFrame(marker) && length >= 8) {
      const colours = bytes[at + 9]!;
      if (colours === 4) {
        const wanted = "a frame of RGB or grey";
        refuse(file, "SOF", wanted, `CMYK, 4 colours: ${CONVERT}`);
      }
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    scanned ||= marker === 0xda;
    at += 2 + length;
  }
  if (size === undefined || !scanned) {
    refuse(file, "SOF, SOS", "a frame header and a scan", "none");
  }
  return size;
}

/** Skips picture data: in it 0xff is followed by 0 or is a restart or a fill byte. */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const next = bytes[at + 1]!;
    const data = next === 0 || next === 1 || next === 0xff ||
      (next >= 0xd0 && next <= 0xd7);
    if (!data) return at;
    at = bytes.indexOf(0xff, at + 1);
  }
  return bytes.length;
}

/** Start-of-frame markers, without the tables (c4, cc) and the extension (c8) among them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf &&
    ![0xc4, 0xc8, 0xcc].includes(marker);
}
