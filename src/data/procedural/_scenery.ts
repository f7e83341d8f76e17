import type { Point } from "../image_pair.ts";
import { hsl, type Palette } from "./_palette.ts";
import type { Slot } from "./_part.ts";
import {
  blob,
  circle,
  ellipse,
  type Path,
  polar,
  polygon,
  round2,
} from "./_path.ts";
import type { Canvas } from "./_pose.ts";
import {
  pick,
  type RandomState,
  type Sample,
  sample,
  samples,
} from "../_random.ts";

/** A shape of the surroundings, in pixels. */
export interface Prop {
  /** Outline. */
  readonly path: Path;
  /** SVG paint inside. */
  readonly fill: string;
  /** Whether it has the object's outline around it. */
  readonly outlined: boolean;
}

/** What lies behind everything. */
export interface Backdrop {
  /** SVG `<defs>` content. */
  readonly defs: string;
  /** SVG elements. */
  readonly body: string;
}

/** A random backdrop: gradient, pattern, or ground and sky. */
export function backdropOf(
  state: RandomState,
  { width, height, texture }: Canvas & { readonly texture: number },
): Backdrop {
  const [b] = sample(state, {
    hue: [0, 360],
    turn: [-90, 90],
    saturation: [12, 60],
    light: [15, 90],
    lift: [-30, 30],
    angle: [0, 180],
    kind: [0, 1],
    horizon: [0.35, 0.85],
    tilt: [-0.12, 0.12],
    split: [0, 1],
    pattern: [0, 3],
    period: [12, 34],
  });
  const from = hsl(b.hue, b.saturation, b.light);
  const to = hsl(b.hue + b.turn, b.saturation, b.light + b.lift);
  const ground = hsl(b.hue + 2 * b.turn, b.saturation, b.light - b.lift);
  const area = `width="${width}" height="${height}"`;
  const left = ((b.horizon + b.tilt) * height).toFixed(1);
  const right = ((b.horizon - b.tilt) * height).toFixed(1);
  return {
    defs: `<linearGradient id="sky" gradientTransform="rotate(${
      b.angle.toFixed(0)
    } .5 .5)"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`,
    body: `<rect ${area} fill="url(#sky)"/>` +
      (b.kind < texture ? wallpaper(b, { width, height, color: to }) : "") +
      (b.split < 0.4
        ? `<path d="M0 ${left}L${width} ${right}V${height}H0Z" fill="${ground}"/>`
        : ""),
  };
}

/**
 * Stripes, dots or checks over the whole picture, as dashed parallel lines:
 * an SVG pattern of that size takes most of the time of a picture.
 */
function wallpaper(
  look: Sample<"angle" | "pattern" | "period">,
  { width, height, color }: Canvas & { readonly color: string },
): string {
  const { period } = look;
  const reach = Math.hypot(width, height) / 2;
  const rows = Math.ceil(2 * reach / period);
  const lines = Array.from({ length: rows }, (_, i) => {
    const shift = i % 2 === 0 ? 0 : period / 2;
    const y = -reach + i * period;
    return `M${round2(-reach - shift)} ${round2(y)}H${round2(reach)}`;
  }).join("");
  const half = round2(period / 2);
  const dash = [
    "",
    ` stroke-linecap="round" stroke-dasharray="0 ${round2(period)}"`,
    ` stroke-dasharray="${half} ${half}"`,
  ][Math.floor(look.pattern)];
  return `<path transform="translate(${width / 2} ${height / 2}) rotate(${
    look.angle.toFixed(0)
  })" d="${lines}" stroke="${color}" stroke-width="${half}"${dash}/>`;
}

/** Random shapes behind the object, some in its own colours. */
export function clutterOf(
  state: RandomState,
  { width, height, palette, count }: Canvas & {
    readonly palette: Palette;
    readonly count: number;
  },
): readonly Prop[] {
  const side = Math.max(width, height);
  const [drawn] = samples(state, propRanges, count);
  return drawn.map((s) =>
    propAt([s.x * width, s.y * height], s, {
      radius: side * (0.025 + 0.085 * s.size),
      palette,
    })
  );
}

/** Random shapes to put before the object whose box is given. */
export function occludersOf(
  state: RandomState,
  { box, palette, count }: {
    readonly box: readonly [number, number, number, number];
    readonly palette: Palette;
    readonly count: number;
  },
): readonly Prop[] {
  const [left, top, right, bottom] = box;
  const side = Math.max(right - left, bottom - top);
  const [drawn] = samples(state, propRanges, count);
  return drawn.map((s) =>
    propAt([left + s.x * (right - left), top + s.y * (bottom - top)], s, {
      radius: side * (0.06 + 0.07 * s.size),
      palette,
    })
  );
}

const propRanges = {
  x: [0, 1],
  y: [0, 1],
  size: [0, 1],
  shape: [0, 1],
  angle: [0, 360],
  flat: [0.3, 1],
  corners: [3, 7],
  outlined: [0, 1],
  own: [0, 1],
  slot: [0, 1],
  hue: [0, 360],
  saturation: [20, 80],
  light: [15, 88],
  jitter: [0.7, 1.3],
} as const;

function propAt(
  at: Point,
  s: Sample<keyof typeof propRanges>,
  { radius, palette }: { readonly radius: number; readonly palette: Palette },
): Prop {
  const corners = Math.floor(s.corners);
  const ring = Array.from({ length: corners }, (_, i): Point =>
    polar(
      at,
      radius * (i % 2 === 0 ? 1 : s.jitter),
      s.angle + 360 * i / corners,
    ));
  const path = pick(["disc", "oval", "polygon", "blob"], s.shape);
  const slot = pick<Slot>(
    ["body", "second", "third", "metal", "glass"],
    s.slot,
  );
  return {
    path: path === "disc"
      ? circle(at, radius * 0.8)
      : path === "oval"
      ? ellipse(at, radius * 1.2, radius * s.flat, s.angle)
      : path === "polygon"
      ? polygon(ring)
      : blob(ring),
    fill: s.own < 0.4
      ? palette.paints[slot].fill
      : hsl(s.hue, s.saturation, s.light),
    outlined: s.outlined < 0.5,
  };
}
