/**
 * Pictures of objects with known keypoints, drawn from a seed.
 *
 * @module
 */

import { OptionError } from "../../core/errors.ts";
import type { Box, Point } from "../image_pair.ts";
import type { Drawing } from "./_blueprint.ts";
import { blueprints } from "./_blueprints.ts";
import { checkProceduralOptions } from "./_check_options.ts";
import { type Palette, paletteOf } from "./_palette.ts";
import { flatten, mapPath, round2 } from "./_path.ts";
import { boundsOf, type Canvas, type Pose, poseOf } from "./_pose.ts";
import {
  proceduralDefaults,
  type ProceduralOptions,
} from "./procedural_options.ts";
import { sample, streamOf } from "../_random.ts";
import { backdropOf, clutterOf, occludersOf, type Prop } from "./_scenery.ts";
import { insideProp, objectSvg, propSvg } from "./_svg.ts";

/** A drawn picture and what is where in it. */
export interface ProceduralImage {
  /** What it shows. */
  readonly category: string;
  /** Columns in pixels. */
  readonly width: number;
  /** Rows in pixels. */
  readonly height: number;
  /** The drawing, a whole SVG document. */
  readonly svg: string;
  /**
   * Keypoints by id, in pixels with (0, 0) the centre of the first one;
   * `null` where covered or outside the picture.
   */
  readonly keypoints: readonly (Point | null)[];
  /** Smallest box around the part of the object inside the picture. */
  readonly box: Box;
  /** Whether the object faces left. */
  readonly mirrored: boolean;
  /** Whether part of the object is outside the picture. */
  readonly truncated: boolean;
  /** Whether something stands before the object. */
  readonly occluded: boolean;
}

/**
 * Draws the object that `seed` stands for: its shape, colours and pose, the
 * clutter behind it and the shapes in front of it. The same arguments give the
 * same picture to the byte.
 *
 * @param category One of {@linkcode proceduralCategories}.
 * @param options The seed, any integer, and what differs from
 * {@linkcode proceduralDefaults}.
 * @returns The picture as SVG with its annotation.
 * @throws {OptionError} If the category is unknown or an option is out of range.
 *
 * @example
 * ```ts
 * import { deepEqual, equal } from "node:assert/strict";
 * import { proceduralImage } from "@simsc/core/data";
 *
 * const image = proceduralImage("car", { seed: 7 });
 * equal(image.keypoints.length, 12);
 * deepEqual(proceduralImage("car", { seed: 7 }), image);
 * ```
 */
export function proceduralImage(
  category: string,
  options: Partial<ProceduralOptions> & { readonly seed: number },
): ProceduralImage {
  const { seed, ...given } = options;
  const full = { ...proceduralDefaults, ...given };
  checkProceduralOptions("proceduralImage", full);
  const blueprint = blueprints.find((b) => b.category === category);
  if (blueprint === undefined) {
    throw new OptionError(
      "proceduralImage",
      "category",
      `one of ${blueprints.map((b) => b.category).join(", ")}`,
      category,
    );
  }
  const canvas = canvasOf(seed, full);
  const palette = paletteOf(streamOf(seed, "palette"), full.texture);
  const drawing = blueprint.draw(streamOf(seed, "shape"));
  const pose = poseOf(
    streamOf(seed, "pose"),
    drawing.parts.flatMap((part) => flatten(part.path)),
    { ...full, ...canvas },
  );
  const whole = boxOf(drawing, pose);
  const box = clip(whole, canvas);
  const [amount] = sample(streamOf(seed, "amounts"), {
    clutter: [full.clutter[0], full.clutter[1] + 1],
    occluders: [full.occluders[0], full.occluders[1] + 1],
    outline: full.outline,
  });
  const points = drawing.keypoints.map(pose.move);
  const occluders = sparing(
    occludersOf(streamOf(seed, "occluders"), {
      box,
      palette,
      count: Math.floor(amount.occluders),
    }),
    points,
  );
  return {
    category,
    ...canvas,
    svg: documentOf({
      seed,
      canvas,
      texture: full.texture,
      drawing,
      pose,
      palette,
      occluders,
      clutter: Math.floor(amount.clutter),
      outlinePx: amount.outline * full.size,
    }),
    keypoints: points.map((point) =>
      inside(point, canvas) && !occluders.some((o) => insideProp(o, point))
        ? pixel(point)
        : null
    ),
    box: [...pixel([box[0], box[1]]), ...pixel([box[2], box[3]])],
    mirrored: pose.mirrored,
    truncated: whole.some((edge, i) => edge !== box[i]),
    occluded: occluders.length > 0,
  };
}

function canvasOf(seed: number, options: ProceduralOptions): Canvas {
  const [c] = sample(streamOf(seed, "canvas"), {
    aspect: options.aspect,
    upright: [0, 1],
  });
  const short = Math.max(1, Math.round(options.size * c.aspect));
  return c.upright < 0.4
    ? { width: short, height: options.size }
    : { width: options.size, height: short };
}

/** Box of the moved object and its keypoints in drawing coordinates. */
function boxOf(drawing: Drawing, pose: Pose): Box {
  const corners = drawing.parts.flatMap((part): readonly Point[] => {
    const [left, top, right, bottom] = boundsOf(
      flatten(mapPath(part.path, pose.move)),
    );
    const line = typeof part.width === "number"
      ? part.width * pose.scale / 2
      : 0;
    return [[left - line, top - line], [right + line, bottom + line]];
  });
  return boundsOf([...corners, ...drawing.keypoints.map(pose.move)]);
}

/** The part of a box between the centres of the outermost pixels. */
function clip([left, top, right, bottom]: Box, canvas: Canvas): Box {
  return [
    Math.max(0.5, left),
    Math.max(0.5, top),
    Math.min(canvas.width - 0.5, right),
    Math.min(canvas.height - 0.5, bottom),
  ];
}

/** The props that together leave two thirds of the points uncovered. */
function sparing(
  props: readonly Prop[],
  points: readonly Point[],
): readonly Prop[] {
  return props.reduce<readonly Prop[]>((kept, prop) => {
    const more = [...kept, prop];
    const covered = points.filter((point) =>
      more.some((p) => insideProp(p, point))
    );
    return covered.length * 3 <= points.length ? more : kept;
  }, []);
}

function inside([x, y]: Point, { width, height }: Canvas): boolean {
  return x >= 0.5 && y >= 0.5 && x <= width - 0.5 && y <= height - 0.5;
}

/** SVG puts the centre of the first pixel at (0.5, 0.5), annotations at 0. */
function pixel([x, y]: Point): Point {
  return [round2(x - 0.5), round2(y - 0.5)];
}

function documentOf(scene: {
  readonly seed: number;
  readonly canvas: Canvas;
  readonly texture: number;
  readonly drawing: Drawing;
  readonly pose: Pose;
  readonly palette: Palette;
  readonly occluders: readonly Prop[];
  readonly clutter: number;
  readonly outlinePx: number;
}): string {
  const { seed, canvas, palette, outlinePx } = scene;
  const { width, height } = canvas;
  const backdrop = backdropOf(streamOf(seed, "backdrop"), {
    ...canvas,
    texture: scene.texture,
  });
  const clutter = clutterOf(streamOf(seed, "clutter"), {
    ...canvas,
    palette,
    count: scene.clutter,
  });
  const [light] = sample(streamOf(seed, "light"), {
    angle: [0, 360],
    shade: [0, 0.35],
    glow: [0, 0.25],
  });
  const drawProp = (prop: Prop) => propSvg(prop, palette, outlinePx);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<defs>${backdrop.defs}${palette.defs}` +
    `<linearGradient id="light" gradientTransform="rotate(${
      light.angle.toFixed(0)
    } .5 .5)"><stop stop-color="#fff" stop-opacity="${
      light.glow.toFixed(2)
    }"/><stop offset=".5" stop-color="#888" stop-opacity="0"/>` +
    `<stop offset="1" stop-color="#000" stop-opacity="${
      light.shade.toFixed(2)
    }"/></linearGradient></defs>` +
    backdrop.body + clutter.map(drawProp).join("") +
    objectSvg(scene.drawing, scene.pose, { palette, outlinePx }) +
    scene.occluders.map(drawProp).join("") +
    `<rect width="${width}" height="${height}" fill="url(#light)"/></svg>`;
}
