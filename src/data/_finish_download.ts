import { partFiles } from "./_download_part.ts";
import { failDownload } from "./_fail_download.ts";
import type { DownloadOptions } from "./download.ts";

/**
 * Checks the size and the SHA-256 of what has come and gives it its name; what
 * is not right is removed, since going on would not mend it.
 */
export async function finishDownload(
  url: string,
  { file, size, sha256 }: DownloadOptions,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { rename, rm } = await import("node:fs/promises");
  const { part, about } = partFiles(file);
  const found = await hashFile(part);
  const wanted = sha256?.toLowerCase();
  const problem = size !== undefined && size !== found.bytes
    ? `${found.bytes} bytes instead of ${size}`
    : wanted !== undefined && !isPrefix(wanted, found.sha256)
    ? `SHA-256 ${found.sha256} instead of ${wanted}`
    : undefined;
  if (problem !== undefined) {
    await rm(part, { force: true });
    await rm(about, { force: true });
    failDownload(url, { file, got: problem });
  }
  await rename(part, file);
  await rm(about, { force: true });
  return found;
}

/** Bytes of a file and their SHA-256. */
export async function hashFile(
  file: string,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { createHash } = await import("node:crypto");
  const { open } = await import("node:fs/promises");
  const hash = createHash("sha256");
  const handle = await open(file, "r");
  try {
    const buffer = new Uint8Array(2 ** 20);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, bytes);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
    return { bytes, sha256: hash.digest("hex") };
  } finally {
    await handle.close();
  }
}

function isPrefix(wanted: string, found: string): boolean {
  return /^[0-9a-f]{8,64}$/.test(wanted) && found.startsWith(wanted);
}
