import { narrow, type PickleCursor } from "./_pickle_cursor.ts";
import type { PickleValue } from "./_pickle_value.ts";

/** The value of an operation that only pushes one; `undefined` for any other. */
export function pickleLiteral(
  opcode: number,
  cursor: PickleCursor,
): PickleValue | undefined {
  const opaque = (length: number): PickleValue => {
    cursor.skip(length);
    return { kind: "opaque", name: "bytes" };
  };
  switch (opcode) {
    case 0x4e: // NONE
      return null;
    case 0x88: // NEWTRUE
      return true;
    case 0x89: // NEWFALSE
      return false;
    case 0x49: { // INT
      const digits = cursor.line();
      return digits === "00" ? false : digits === "01" ? true : decimal(digits);
    }
    case 0x4a: // BININT
      return cursor.i32();
    case 0x4b: // BININT1
      return cursor.u8();
    case 0x4d: // BININT2
      return cursor.u16();
    case 0x4c: // LONG
      return decimal(cursor.line().replace(/L$/, ""));
    case 0x8a: // LONG1
      return cursor.long(cursor.u8());
    case 0x8b: // LONG4
      return cursor.long(cursor.i32());
    case 0x46: // FLOAT
      return Number(cursor.line());
    case 0x47: // BINFLOAT
      return cursor.f64();
    case 0x53: // STRING
      return cursor.line().replace(/^(['"])(.*)\1$/, "$2");
    case 0x56: // UNICODE
      return cursor.line();
    case 0x54: // BINSTRING
      return cursor.text(cursor.i32());
    case 0x55: // SHORT_BINSTRING
    case 0x8c: // SHORT_BINUNICODE
      return cursor.text(cursor.u8());
    case 0x58: // BINUNICODE
      return cursor.text(cursor.u32());
    case 0x8d: // BINUNICODE8
      return cursor.text(cursor.u64());
    case 0x42: // BINBYTES
      return opaque(cursor.u32());
    case 0x43: // SHORT_BINBYTES
      return opaque(cursor.u8());
    case 0x8e: // BINBYTES8
    case 0x96: // BYTEARRAY8
      return opaque(cursor.u64());
    case 0x5d: // EMPTY_LIST
      return { kind: "list", items: [] };
    case 0x7d: // EMPTY_DICT
      return { kind: "dict", entries: [] };
    case 0x29: // EMPTY_TUPLE
      return { kind: "tuple", items: [] };
    case 0x8f: // EMPTY_SET
      return { kind: "opaque", name: "set" };
    default:
      return undefined;
  }
}

function decimal(digits: string): number | bigint {
  return /^-?\d{1,150}$/.test(digits) ? narrow(BigInt(digits)) : NaN;
}
