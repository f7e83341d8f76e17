import type { Slot } from "./_part.ts";
import { type RandomState, type Sample, sample } from "../_random.ts";

/** What a slot is painted with. */
export interface Paint {
  /** Plain colour, for lines. */
  readonly color: string;
  /** Colour or reference to a definition, for areas. */
  readonly fill: string;
}

/** Paints of one picture's object, with the definitions they refer to. */
export interface Palette {
  /** A paint for every slot. */
  readonly paints: Readonly<Record<Slot, Paint>>;
  /** SVG `<defs>` content. */
  readonly defs: string;
}

/**
 * A random palette. Hues and lightness of every slot are free, so the same
 * part of two objects rarely has the same colour; only the contrast between
 * the outline and the surfaces is kept.
 */
export function paletteOf(state: RandomState, texture: number): Palette {
  const [base, next] = sample(state, {
    hue: [0, 360],
    scheme: [0, 3],
    polarity: [0, 1],
    outlineHue: [0, 360],
    outlineLight: [0, 1],
    saturation: [35, 85],
  });
  const light = base.polarity < 0.3;
  const outline = hsl(
    base.outlineHue,
    30,
    light ? 86 + 11 * base.outlineLight : 6 + 14 * base.outlineLight,
  );
  const turns = [[30, 190], [180, 60], [140, 250]][Math.floor(base.scheme)]!;
  const ranges = {
    hue: [-20, 20],
    saturation: [-15, 15],
    light: light ? [18, 60] as const : [34, 88] as const,
    free: [0, 1],
    kind: [0, 1],
    pattern: [0, 3],
    angle: [0, 180],
    period: [7, 15],
    contrast: [12, 24],
  } as const;
  let after = next;
  const slot = (hue: number, saturation: number, lightness?: number) => {
    const [s, then] = sample(after, ranges);
    after = then;
    return {
      s,
      hue: hue + s.hue,
      saturation: saturation + s.saturation,
      lightness: lightness ?? s.light,
    };
  };
  const seeds = {
    body: slot(base.hue, base.saturation),
    second: slot(base.hue + turns[0]!, base.saturation),
    third: slot(base.hue + turns[1]!, base.saturation),
    metal: slot(base.outlineHue + 90, 40),
    dark: slot(base.outlineHue, 30, light ? 45 : 26),
    glass: slot(base.hue + 180, 45),
    lamp: slot(base.hue + 120, 80, light ? 55 : 72),
  };
  const names = Object.keys(seeds) as (keyof typeof seeds)[];
  const painted = names.map((name) => {
    const { s, hue, saturation, lightness } = seeds[name];
    const color = hsl(hue, saturation, lightness);
    const large = name === "body" || name === "second" || name === "third";
    const def = large && s.kind < texture
      ? patternDef(name, s, color, hsl(hue, saturation, shift(lightness, s)))
      : gradientDef(
        name,
        s,
        color,
        hsl(hue, saturation, shift(lightness, s)),
      );
    return { name, color, def };
  });
  const paints = Object.fromEntries(
    painted.map((
      { name, color },
    ) => [name, { color, fill: `url(#${name})` }]),
  ) as Record<keyof typeof seeds, Paint>;
  return {
    paints: { ...paints, outline: { color: outline, fill: outline } },
    defs: painted.map(({ def }) => def).join(""),
  };
}

/** A colour as `#rrggbb`; hue in degrees, the rest in percent. */
export function hsl(hue: number, saturation: number, light: number): string {
  const s = Math.min(Math.max(saturation, 0), 100) / 100;
  const l = Math.min(Math.max(light, 0), 100) / 100;
  const channel = (n: number): string => {
    const k = (((n + hue / 30) % 12) + 12) % 12;
    const value = l -
      s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value).toString(16).padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

type Look = Sample<"kind" | "pattern" | "angle" | "period" | "contrast">;

/** Stripes, dots or checks of two colours. */
function patternDef(
  id: string,
  look: Omit<Look, "kind">,
  ground: string,
  figure: string,
): string {
  const d = look.period.toFixed(1);
  const half = (look.period / 2).toFixed(1);
  const radius = (look.period * 0.28).toFixed(1);
  const figures = [
    `<rect width="${d}" height="${half}" fill="${figure}"/>`,
    `<circle cx="${half}" cy="${half}" r="${radius}" fill="${figure}"/>`,
    `<path d="M0 0H${half}V${half}H0ZM${half} ${half}H${d}V${d}H${half}Z" fill="${figure}"/>`,
  ];
  return `<pattern id="${id}" width="${d}" height="${d}" ` +
    `patternUnits="userSpaceOnUse" patternTransform="rotate(${
      look.angle.toFixed(0)
    })"><rect width="${d}" height="${d}" fill="${ground}"/>${
      figures[Math.floor(look.pattern)]
    }</pattern>`;
}

function gradientDef(
  id: string,
  look: Look,
  from: string,
  to: string,
): string {
  const angle = (look.angle - 45).toFixed(0);
  return `<linearGradient id="${id}" gradientTransform="rotate(${angle} .5 .5)">` +
    `<stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
}

/** Lightness away from the nearer end of the scale. */
function shift(lightness: number, look: Pick<Look, "contrast">): number {
  return lightness > 50 ? lightness - look.contrast : lightness + look.contrast;
}
