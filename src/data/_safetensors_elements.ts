/** Bytes of one element of each type that can be read. */
export const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/**
 * Elements as float32, little-endian ones by default; a DataView, since the
 * bytes may be unaligned.
 */
export function decodeElements(
  dtype: string,
  view: DataView,
  little = true,
): Float32Array {
  if (dtype === "F32" && isLittleEndian() === little) {
    // Ten times as fast as element by element, and most weights are this.
    const { buffer, byteOffset, byteLength } = view;
    if (byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) {
      return new Float32Array(buffer);
    }
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  }
  const size = ELEMENT_BYTES[dtype]!;
  const get = reader(dtype, view, little);
  const out = new Float32Array(view.byteLength / size);
  for (let i = 0; i < out.length; i++) out[i] = get(i * size);
  return out;
}

/**
 * Writes float32 elements as little-endian ones of a type.
 *
 * @returns Index of the first finite element that the type cannot hold.
 */
export function encodeElements(
  dtype: "F32" | "F16" | "BF16",
  data: Float32Array,
  view: DataView,
): number | undefined {
  if (dtype === "F32") {
    for (let i = 0; i < data.length; i++) {
      view.setFloat32(4 * i, data[i]!, true);
    }
    return undefined;
  }
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const convert = dtype === "F16" ? halfBits : bfloatBits;
  const infinity = dtype === "F16" ? 0x7c00 : 0x7f80;
  for (let i = 0; i < data.length; i++) {
    const short = convert(bits[i]!);
    if ((short & 0x7fff) === infinity && Number.isFinite(data[i])) return i;
    view.setUint16(2 * i, short, true);
  }
  return undefined;
}

/** The upper half of a float32's bits, rounded to the nearest, ties to even. */
function bfloatBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40; // NaN
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** IEEE 754 binary16 of a float32's bits, rounded to the nearest, ties to even. */
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00; // NaN
  if (rest >= 0x477ff000) return sign | 0x7c00; // rounds beyond 65504
  if (rest < 0x33000000) return sign; // below half of the least
  const exponent = rest >>> 23;
  // Below 2^-14 the fraction gets its leading 1 and loses more bits.
  const shift = exponent < 113 ? 126 - exponent : 13;
  const fraction = exponent < 113
    ? (rest & 0x7fffff) | 0x800000
    : rest - (112 << 23);
  const half = 1 << (shift - 1);
  const odd = (fraction >>> shift) & 1;
  return sign | ((fraction + half - 1 + odd) >>> shift);
}

function reader(
  dtype: string,
  view: DataView,
  little: boolean,
): (at: number) => number {
  switch (dtype) {
    case "F64":
      return (at) => view.getFloat64(at, little);
    case "F32":
      return (at) => view.getFloat32(at, little);
    case "F16":
      return (at) => halfToNumber(view.getUint16(at, little));
    case "BF16":
      return bfloat(view, little);
    case "I64":
      return (at) => Number(view.getBigInt64(at, little));
    case "U64":
      return (at) => Number(view.getBigUint64(at, little));
    case "I32":
      return (at) => view.getInt32(at, little);
    case "U32":
      return (at) => view.getUint32(at, little);
    case "I16":
      return (at) => view.getInt16(at, little);
    case "U16":
      return (at) => view.getUint16(at, little);
    case "I8":
      return (at) => view.getInt8(at);
    case "BOOL":
      return (at) => view.getUint8(at) === 0 ? 0 : 1;
    default:
      return (at) => view.getUint8(at);
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A bfloat16 is the upper half of a float32. */
function bfloat(view: DataView, little: boolean): (at: number) => number {
  const scratch = new DataView(new ArrayBuffer(4));
  return (at) => {
    scratch.setUint32(0, view.getUint16(at, little) << 16);
    return scratch.getFloat32(0);
  };
}

/** Whether typed arrays of this machine have the byte order of the format. */
function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}
