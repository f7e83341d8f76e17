/** Eigenvalues, largest first, and the vector of each as a row. */
export interface SymmetricEigen {
  /** `n` values. */
  readonly values: Float64Array;
  /** `[n, n]`: row `i` is the unit vector of value `i`. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvectors of a symmetric matrix `[n, n]`: Householder reflections to a
 * tridiagonal matrix, then QL steps with implicit shifts; `O(n³)`, in float64.
 */
export function symmetricEigen(
  matrix: Float64Array,
  n: number,
): SymmetricEigen {
  const { diagonal, off, basis } = tridiagonal(matrix, n);
  diagonalize(diagonal, off, basis);
  const order = [...diagonal.keys()].sort((i, j) =>
    (diagonal[j] as number) - (diagonal[i] as number)
  );
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) =>
    vectors.set(basis.subarray(from * n, (from + 1) * n), to * n)
  );
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** `off[i]` couples `i` and `i + 1`. */
  readonly off: Float64Array;
  /** Row `i` is the direction that index `i` stands for. */
  readonly basis: Float64Array;
}

/** `A = Qᵀ T Q` with the rows of Q in `basis`. */
function tridiagonal(matrix: Float64Array, n: number): Tridiagonal {
  const a = matrix.slice();
  const off = new Float64Array(n);
  const reflectors: Float64Array[] = [];
  for (let k = 0; k < n - 2; k++) {
    // Reflect column k below the diagonal onto its first element.
    const v = new Float64Array(n);
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k]!;
      square += v[i]! ** 2;
    }
    const head = v[k + 1]!;
    const norm = head > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    v[k + 1] = head - norm;
    const length = square - head ** 2 + (head - norm) ** 2;
    reflectors.push(v);
    if (length === 0) continue;
    const scale = Math.sqrt(2 / length);
    for (let i = k + 1; i < n; i++) v[i] = v[i]! * scale;
    reflectBothSides(a, n, { v, from: k });
  }
  for (let i = 0; i < n - 1; i++) off[i] = a[(i + 1) * n + i]!;
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  // Rows of Q = H_last … H_first, each H applied from the right to every row.
  for (const [k, v] of [...reflectors.entries()].reverse()) {
    reflectRows(basis, n, { v, from: k + 1 });
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!);
  return { diagonal, off, basis };
}

/** `A := H A H`, `H = I - v vᵀ` with `|v|² = 2`, over the rows and columns from `from` on. */
function reflectBothSides(
  a: Float64Array,
  n: number,
  { v, from }: { readonly v: Float64Array; readonly from: number },
): void {
  const p = new Float64Array(n);
  let inner = 0;
  for (let i = from; i < n; i++) {
    let sum = 0;
    for (let j = from + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
    p[i] = sum;
    inner += sum * v[i]!;
  }
  for (let i = from; i < n; i++) p[i] = p[i]! - v[i]! * inner / 2;
  for (let i = from; i < n; i++) {
    const [vi, pi] = [v[i]!, p[i]!];
    for (let j = from; j < n; j++) {
      a[i * n + j] = a[i * n + j]! - vi * p[j]! - pi * v[j]!;
    }
  }
}

function reflectRows(
  basis: Float64Array,
  n: number,
  { v, from }: { readonly v: Float64Array; readonly from: number },
): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = from; j < n; j++) sum += basis[i * n + j]! * v[j]!;
    if (sum === 0) continue;
    for (let j = from; j < n; j++) {
      basis[i * n + j] = basis[i * n + j]! - sum * v[j]!;
    }
  }
}

const MOST_STEPS = 60;

/** Turns pairs of directions until nothing couples them; `d` becomes the eigenvalues. */
function diagonalize(
  d: Float64Array,
  e: Float64Array,
  basis: Float64Array,
): void {
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let step = 0;; step++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(d[m]!) + Math.abs(d[m + 1]!);
        if (Math.abs(e[m]!) <= Number.EPSILON * size) break;
      }
      if (m === l || step === MOST_STEPS) break;
      // Wilkinson's shift, and one chase of the bulge from m up to l.
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] = d[i + 1]! - p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        turn(basis, n, { i, s, c });
      }
      if (r === 0 && i >= l) continue;
      d[l] = d[l]! - p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** Rotates rows `i` and `i + 1`. */
function turn(
  basis: Float64Array,
  n: number,
  { i, s, c }: { readonly i: number; readonly s: number; readonly c: number },
): void {
  const [low, high] = [i * n, (i + 1) * n];
  for (let k = 0; k < n; k++) {
    const f = basis[high + k]!;
    const b = basis[low + k]!;
    basis[high + k] = s * b + c * f;
    basis[low + k] = c * b - s * f;
  }
}
