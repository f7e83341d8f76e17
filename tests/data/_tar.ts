import { concat } from "./_png.ts";

/** An entry as its header says. */
export interface TarEntry {
  readonly name: string;
  /** Type flag: 0 a file, 1 a hard link, 2 a symlink, 3 and 4 devices, 5 a folder, 6 a pipe. */
  readonly type?: string;
  readonly content?: Uint8Array | string;
  /** What the header claims; the truth by default. */
  readonly size?: number;
  readonly link?: string;
}

/** A tar file of these entries, in the bytes of the POSIX standard. */
export function tarFile(
  entries: readonly TarEntry[],
): Uint8Array<ArrayBuffer> {
  return concat([...entries.map(tarEntry), new Uint8Array(1024)]);
}

/** Header and content of one entry. */
export function tarEntry(
  { name, type = "0", content = "", size, link = "" }: TarEntry,
): Uint8Array<ArrayBuffer> {
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  const header = new Uint8Array(512);
  const put = (at: number, text: string): void =>
    header.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(100, "0000644\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  put(124, `${(size ?? bytes.length).toString(8).padStart(11, "0")} `);
  put(136, "00000000000 ");
  put(148, "        ");
  put(156, type);
  put(157, link);
  put(257, "ustar\x0000");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  const padding = new Uint8Array((512 - bytes.length % 512) % 512);
  return concat([header, bytes, padding]);
}
