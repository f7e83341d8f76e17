import type { Point } from "../image_pair.ts";
import type { Part } from "./_part.ts";
import {
  type RandomState,
  type Ranges,
  type Sample,
  sample,
} from "../_random.ts";

/** One object in its own units: y down, facing +x, about 100 long. */
export interface Drawing {
  /** Parts, back to front. */
  readonly parts: readonly Part[];
  /** Keypoints in the order of the category's names. */
  readonly keypoints: readonly Point[];
}

/** A category: its keypoints and how to draw one of its objects. */
export interface Blueprint {
  /** Name of the category. */
  readonly category: string;
  /** Names of the keypoints; a keypoint's id is its position here. */
  readonly keypoints: readonly string[];
  /** Draws one object. */
  readonly draw: (state: RandomState) => Drawing;
}

/** What a category file writes down. */
export interface Design<P extends string, K extends string> {
  /** Name of the category. */
  readonly category: string;
  /** Shape parameters with their ranges, units or degrees or shares. */
  readonly ranges: Ranges<P>;
  /** Names of the keypoints, in the order of their ids. */
  readonly keypoints: readonly K[];
  /** The object with these parameters. */
  readonly draw: (p: Sample<P>) => {
    readonly parts: readonly Part[];
    readonly keypoints: Readonly<Record<K, Point>>;
  };
}

/** The blueprint of a design: parameters are drawn, then the object. */
export function blueprint<P extends string, K extends string>(
  design: Design<P, K>,
): Blueprint {
  return {
    category: design.category,
    keypoints: design.keypoints,
    draw: (state) => {
      const [parameters] = sample(state, design.ranges);
      const { parts, keypoints } = design.draw(parameters);
      return { parts, keypoints: design.keypoints.map((k) => keypoints[k]) };
    },
  };
}
