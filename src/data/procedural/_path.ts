import type { Point } from "../image_pair.ts";

/** One command of an outline; the points are what a pose moves. */
export type Command =
  | readonly ["M", Point]
  | readonly ["L", Point]
  | readonly ["C", Point, Point, Point]
  | readonly ["Z"];

/** An outline: straight and cubic pieces, as in the `d` of an SVG path. */
export type Path = readonly Command[];

/** A closed outline of straight edges. */
export function polygon(points: readonly Point[]): Path {
  return [...polyline(points), ["Z"]];
}

/** An open line of straight edges. */
export function polyline(points: readonly Point[]): Path {
  return points.map((p, i): Command => [i === 0 ? "M" : "L", p]);
}

/** A circle as four cubics. */
export function circle(center: Point, radius: number): Path {
  return ellipse(center, radius, radius);
}

/** An ellipse as four cubics; `tilt` in degrees, clockwise on screen. */
export function ellipse(
  center: Point,
  rx: number,
  ry: number,
  tilt: number = 0,
): Path {
  const k = 0.5522847498; // control length of a quarter of the unit circle
  const at = (x: number, y: number): Point =>
    add(center, turn([x * rx, y * ry], tilt));
  return [
    ["M", at(1, 0)],
    ["C", at(1, k), at(k, 1), at(0, 1)],
    ["C", at(-k, 1), at(-1, k), at(-1, 0)],
    ["C", at(-1, -k), at(-k, -1), at(0, -1)],
    ["C", at(k, -1), at(1, -k), at(1, 0)],
    ["Z"],
  ];
}

/** An open smooth line through all points (Catmull–Rom as cubics). */
export function curve(points: readonly Point[]): Path {
  return through(points, (i) => points[clamp(i, points.length)]!, 0);
}

/** A closed smooth outline through all points (Catmull–Rom as cubics). */
export function blob(points: readonly Point[]): Path {
  const n = points.length;
  return [...through(points, (i) => points[(i + n) % n]!, 1), ["Z"]];
}

/** A closed polygon whose corners are rounded over `radius` along each edge. */
export function rounded(points: readonly Point[], radius: number): Path {
  const n = points.length;
  return points.flatMap((corner, i): Command[] => {
    const before = toward(corner, points[(i + n - 1) % n]!, radius);
    const after = toward(corner, points[(i + 1) % n]!, radius);
    const round: Command = [
      "C",
      mix(before, corner, 0.6),
      mix(after, corner, 0.6),
      after,
    ];
    return [[i === 0 ? "M" : "L", before], round];
  }).concat([["Z"]]);
}

/** The path with every point moved. */
export function mapPath(path: Path, move: (point: Point) => Point): Path {
  return path.map((command): Command =>
    command[0] === "Z"
      ? command
      : command[0] === "C"
      ? ["C", move(command[1]), move(command[2]), move(command[3])]
      : [command[0], move(command[1])]
  );
}

/** Points along the path, `steps` for each cubic. */
export function flatten(path: Path, steps: number = 6): readonly Point[] {
  const points: Point[] = [];
  for (const command of path) {
    if (command[0] === "Z") continue;
    if (command[0] !== "C") {
      points.push(command[1]);
      continue;
    }
    const [, b, c, d] = command;
    const a = points.at(-1) ?? b;
    for (let i = 1; i <= steps; i++) points.push(cubic(a, b, c, d, i / steps));
  }
  return points;
}

/** The path as SVG path data, to 0.01. */
export function pathData(path: Path): string {
  return path.map(([letter, ...points]) =>
    letter +
    points.map(([x, y]) => `${round2(x)} ${round2(y)}`).join(" ")
  ).join("");
}

/** A number to 0.01, without trailing zeros or a negative zero. */
export function round2(x: number): number {
  return Math.round(x * 100) / 100 + 0;
}

/** Sum of two points. */
export function add(a: Point, b: Point): Point {
  return [a[0] + b[0], a[1] + b[1]];
}

/** `(1 - t) a + t b`. */
export function mix(a: Point, b: Point, t: number): Point {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** The point turned about the origin, degrees, clockwise on screen. */
export function turn([x, y]: Point, degrees: number): Point {
  const angle = degrees * Math.PI / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x * cos - y * sin, x * sin + y * cos];
}

/** The point at a distance and direction, degrees, clockwise from +x. */
export function polar(center: Point, radius: number, degrees: number): Point {
  return add(center, turn([radius, 0], degrees));
}

function through(
  points: readonly Point[],
  at: (i: number) => Point,
  extra: 0 | 1,
): Path {
  const commands: Command[] = [["M", at(0)]];
  for (let i = 0; i < points.length - 1 + extra; i++) {
    const [p, a, b, q] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    commands.push([
      "C",
      [a[0] + (b[0] - p[0]) / 6, a[1] + (b[1] - p[1]) / 6],
      [b[0] - (q[0] - a[0]) / 6, b[1] - (q[1] - a[1]) / 6],
      b,
    ]);
  }
  return commands;
}

function toward(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  return mix(from, to, Math.min(0.5, distance / Math.max(length, 1e-9)));
}

function cubic(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const u = 1 - t;
  const [wa, wb, wc, wd] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return [
    wa * a[0] + wb * b[0] + wc * c[0] + wd * d[0],
    wa * a[1] + wb * b[1] + wc * c[1] + wd * d[1],
  ];
}

function clamp(i: number, length: number): number {
  return Math.min(Math.max(i, 0), length - 1);
}
