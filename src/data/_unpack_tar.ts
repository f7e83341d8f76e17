import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { createTarDecoder } from "modern-tar";
import { type ArchiveSink, shownName } from "./_archive_sink.ts";
import { Refusal, refuse } from "./_refusal.ts";

/** Bytes read at a time: what a bomb unpacks to before it is seen stays small. */
const STEP = 2 ** 14;

/** Unpacks a tar file, or one in gzip. */
export async function unpackTar(
  archive: string,
  sink: ArchiveSink,
  { isGzip, onBytes }: {
    readonly isGzip: boolean;
    readonly onBytes: (bytes: number) => void;
  },
): Promise<void> {
  let [packed, unpacked] = [0, 0];
  const file = createReadStream(archive, { highWaterMark: STEP });
  const read = (Readable.toWeb(file) as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(tap((length) => {
      packed += length;
      onBytes(packed);
    }));
  const plain = isGzip
    ? read.pipeThrough(new DecompressionStream("gzip"))
    : read;
  const entries = plain.pipeThrough(tap((length) => {
    unpacked += length;
    sink.spend(unpacked, packed);
  })).pipeThrough(createTarDecoder({ strict: true }));
  try {
    for await (const { header, body } of entries) {
      const { name, type = "file", size } = header;
      if (type === "directory") {
        await sink.folder(name);
        await body.cancel();
      } else if (type === "file") {
        // Known before a byte of it is there.
        if (!isGzip) sink.spend(size, packed + size);
        await sink.file(name, body);
      } else {
        refuse(
          archive,
          shownName(name),
          "a file or a folder",
          `a ${type}`,
        );
      }
    }
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    if (cause instanceof Error && cause.name === "AbortError") throw cause;
    refuse(archive, "archive", "a whole tar file", messageOf(cause), cause);
  } finally {
    file.destroy();
  }
}

/** Passes everything on and tells how much it was. */
function tap(
  hear: (bytes: number) => void,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform: (part, controller) => {
      hear(part.length);
      controller.enqueue(part);
    },
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
