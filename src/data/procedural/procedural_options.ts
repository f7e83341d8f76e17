/**
 * What makes a procedural picture easy or hard.
 *
 * @module
 */

/** How pictures are drawn; every range is drawn from uniformly. */
export interface ProceduralOptions {
  /** Longer side of a picture, pixels, at least 32. */
  readonly size: number;
  /** Shorter over longer side, each in (0, 1]. */
  readonly aspect: readonly [from: number, to: number];
  /** Longer side of the object over the picture's, each in (0, 1]. */
  readonly extent: readonly [from: number, to: number];
  /** Share of the object's box that may leave the picture, 0 to 0.5. */
  readonly overhang: number;
  /** Largest rotation either way, degrees. */
  readonly rotationDeg: number;
  /** Probability that an object faces left. */
  readonly mirror: number;
  /** Largest stretch along either axis, as a share, 0 to 0.5. */
  readonly anisotropy: number;
  /** Largest horizontal shear, 0 to 1. */
  readonly shear: number;
  /** Largest coefficient of the homography's last row, 0 to 0.4. */
  readonly perspective: number;
  /** Number of shapes behind the object. */
  readonly clutter: readonly [from: number, to: number];
  /** Number of shapes in front of the object. */
  readonly occluders: readonly [from: number, to: number];
  /** Probability of stripes, dots or checks on a surface. */
  readonly texture: number;
  /** Width of the outlines over the longer side. */
  readonly outline: readonly [from: number, to: number];
}

/** Defaults of {@linkcode ProceduralOptions}. */
export const proceduralDefaults: ProceduralOptions = {
  size: 256,
  aspect: [0.85, 1],
  extent: [0.7, 0.95],
  overhang: 0.05,
  rotationDeg: 25,
  mirror: 0.2,
  anisotropy: 0.12,
  shear: 0.15,
  perspective: 0.12,
  clutter: [2, 7],
  occluders: [0, 1],
  texture: 0.25,
  outline: [0.006, 0.011],
};
