import type { Point } from "../image_pair.ts";
import type { Drawing } from "./_blueprint.ts";
import type { Palette } from "./_palette.ts";
import type { Part } from "./_part.ts";
import { flatten, mapPath, pathData, round2 } from "./_path.ts";
import type { Pose } from "./_pose.ts";
import type { Prop } from "./_scenery.ts";

/** SVG of an object in its pose. */
export function objectSvg(
  drawing: Drawing,
  pose: Pose,
  style: { readonly palette: Palette; readonly outlinePx: number },
): string {
  return `<g stroke-linejoin="round" stroke-linecap="round">${
    drawing.parts.map((part) => partSvg(part, pose, style)).join("")
  }</g>`;
}

/** SVG of one shape of the surroundings. */
export function propSvg(
  prop: Prop,
  palette: Palette,
  outlinePx: number,
): string {
  const line = prop.outlined
    ? ` stroke="${palette.paints.outline.color}" stroke-width="${
      round2(outlinePx)
    }"`
    : "";
  return `<path d="${pathData(prop.path)}" fill="${prop.fill}"${line}/>`;
}

/** Whether a point lies within a prop's outline (even–odd rule). */
export function insideProp(prop: Prop, [x, y]: Point): boolean {
  const points = flatten(prop.path);
  return points.reduce((within, [ax, ay], i) => {
    const [bx, by] = points[(i + 1) % points.length]!;
    const crosses = (ay > y) !== (by > y) &&
      x < ax + (y - ay) / (by - ay) * (bx - ax);
    return crosses ? !within : within;
  }, false);
}

function partSvg(
  part: Part,
  pose: Pose,
  { palette, outlinePx }: {
    readonly palette: Palette;
    readonly outlinePx: number;
  },
): string {
  const data = pathData(mapPath(part.path, pose.move));
  const outline = palette.paints.outline.color;
  const fill = part.fill === undefined
    ? "none"
    : palette.paints[part.fill].fill;
  const draw = (stroke: string, width: number, inner: string): string =>
    `<path d="${data}" fill="${inner}" stroke="${stroke}" stroke-width="${
      round2(width)
    }"/>`;
  if (part.width === "none") return `<path d="${data}" fill="${fill}"/>`;
  if (part.width === "hair") return draw(outline, outlinePx, fill);
  // No line gets thinner than an outline, however small the object.
  const width = Math.max(part.width * pose.scale, outlinePx);
  return part.stroke === undefined
    ? draw(outline, width, fill)
    : draw(outline, width + 2 * outlinePx, "none") +
      draw(palette.paints[part.stroke].color, width, fill);
}
