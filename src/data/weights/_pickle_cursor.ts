import { refuse } from "../_refusal.ts";

/** Longest integer in bytes. */
const MAX_LONG = 64;

/** Reads the arguments of a pickle's operations one after another. */
export interface PickleCursor {
  /** Place of the next byte. */
  readonly at: () => number;
  /** The next operation. */
  readonly opcode: () => number;
  readonly u8: () => number;
  readonly u16: () => number;
  readonly u32: () => number;
  readonly i32: () => number;
  readonly u64: () => number;
  readonly f64: () => number;
  /** A two's complement integer of so many bytes. */
  readonly long: (length: number) => number | bigint;
  /** UTF-8 of so many bytes. */
  readonly text: (length: number) => string;
  /** Text up to a line feed. */
  readonly line: () => string;
  readonly skip: (length: number) => void;
  /** Gives up, naming the place of the operation. */
  readonly bad: (wanted: string, got: string) => never;
  /** The field and the place of the operation. */
  readonly place: () => string;
}

/** A cursor at `start`; every step beyond the end is refused. */
export function pickleCursor(
  bytes: Uint8Array,
  options: {
    readonly file: string;
    readonly field: string;
    readonly start: number;
  },
): PickleCursor {
  const { file, field, start } = options;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  let opcodeAt = start;
  const place = () => `${field}, byte ${opcodeAt - start}`;
  const bad = (wanted: string, got: string): never =>
    refuse(file, place(), wanted, got);
  const take = (length: number): number => {
    if (!(length >= 0 && length <= bytes.length - at)) {
      bad("a whole pickle", "its end: the file is cut short or damaged");
    }
    at += length;
    return at - length;
  };
  const text = (length: number): string => {
    const from = take(length);
    return new TextDecoder().decode(bytes.subarray(from, from + length));
  };
  return {
    at: () => at,
    opcode: () => {
      opcodeAt = at;
      return view.getUint8(take(1));
    },
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    i32: () => view.getInt32(take(4), true),
    u64: () => Number(view.getBigUint64(take(8), true)),
    f64: () => view.getFloat64(take(8)),
    long: (length) => {
      if (length > MAX_LONG) bad(`at most ${MAX_LONG} bytes long`, `${length}`);
      const from = take(length);
      let value = 0n;
      for (let i = length - 1; i >= 0; i--) {
        value = (value << 8n) | BigInt(bytes[from + i]!);
      }
      return narrow(BigInt.asIntN(8 * length, value));
    },
    text,
    line: () => {
      const end = bytes.indexOf(10, at);
      const found = text((end < 0 ? bytes.length : end) - at);
      take(1);
      return found;
    },
    skip: (length) => {
      take(length);
    },
    bad,
    place,
  };
}

/** The number that a bigint is, where a number can be it. */
export function narrow(value: bigint): number | bigint {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}
