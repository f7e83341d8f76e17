import type { Point } from "../image_pair.ts";
import { circle, type Path, polar, polyline } from "./_path.ts";

/** What a part is painted with; the palette of an image gives the colours. */
export type Slot =
  | "body"
  | "second"
  | "third"
  | "metal"
  | "dark"
  | "glass"
  | "lamp"
  | "outline";

/** One painted outline of an object, in object units (100 = nominal length). */
export interface Part {
  /** Outline in object units, y down. */
  readonly path: Path;
  /** Paint inside, if any. */
  readonly fill?: Slot;
  /** Paint along the line; the outline's where it is left out. */
  readonly stroke?: Slot;
  /** Line width: units, or `"hair"` for the image's outline width, or none. */
  readonly width: number | "hair" | "none";
}

/** A filled part with an outline around it. */
export function solid(path: Path, fill: Slot): Part {
  return { path, fill, width: "hair" };
}

/** A filled part without an outline. */
export function flat(path: Path, fill: Slot): Part {
  return { path, fill, width: "none" };
}

/** A line in the outline's colour. */
export function ink(path: Path, width: number | "hair" = "hair"): Part {
  return { path, width };
}

/** A thick line with an outline around it: a tube, a leg, a pole. */
export function tube(path: Path, stroke: Slot, width: number): Part {
  return { path, stroke, width };
}

/** How a wheel looks. */
export interface WheelStyle {
  /** Width of the tyre, units. */
  readonly tyre: number;
  /** Number of spokes, at least 3; an integer. */
  readonly spokes: number;
  /** Direction of the first spoke, degrees. */
  readonly phase: number;
  /** Radius of the hub as a share of the wheel's. */
  readonly hub: number;
  /** Paint of the disc between the spokes; none leaves a hole. */
  readonly disc?: Slot;
}

/** A wheel around `center`: tyre, disc, spokes and hub. */
export function wheel(
  center: Point,
  radius: number,
  style: WheelStyle,
): readonly Part[] {
  const rim = radius - style.tyre;
  const spokes = Array.from({ length: style.spokes }, (_, i) => {
    const direction = style.phase + 360 * i / style.spokes;
    return ink(polyline([center, polar(center, rim, direction)]));
  });
  return [
    tube(circle(center, radius - style.tyre / 2), "dark", style.tyre),
    ...(style.disc === undefined
      ? []
      : [flat(circle(center, rim), style.disc)]),
    ...spokes,
    solid(circle(center, radius * style.hub), "metal"),
  ];
}
