import { zlibSync } from "fflate";
import { concat } from "./_png.ts";

/** A MATLAB v5 file of matrices, given row by row, compressed as MATLAB does. */
export function matFile(
  arrays: Readonly<Record<string, readonly (readonly number[])[]>>,
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(128);
  header.set([0, 1, 0x49, 0x4d], 124);
  return concat([header, ...Object.entries(arrays).map(matrix)]);
}

function matrix(
  [name, rows]: readonly [string, readonly (readonly number[])[]],
): Uint8Array {
  const columns = rows[0]?.length ?? 0;
  const columnMajor = Array.from(
    { length: columns },
    (_, c) => rows.map((row) => row[c]!),
  ).flat();
  const label = new TextEncoder().encode(name);
  const data = new Uint8Array(Float64Array.from(columnMajor).buffer);
  const content = concat([
    words(6, 8, 6, 0, 5, 8, rows.length, columns, 1, label.length),
    label,
    new Uint8Array((8 - label.length % 8) % 8),
    words(9, data.length),
    data,
  ]);
  const packed = zlibSync(concat([words(14, content.length), content]));
  return concat([words(15, packed.length), packed]);
}

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}
