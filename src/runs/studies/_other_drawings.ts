import type { PerSplit } from "../../data/procedural/per_split.ts";
import type { StudyDrawing, StudySettings } from "./study.ts";

/** Test pictures and pairs of a category where nothing else is said. */
const DRAWN = { images: 20, pairs: 40 } as const;

/** Objects as drawings of a data set of another kind show them. */
const OTHER_DRAWING = {
  extent: [0.4, 0.7],
  rotationDeg: 40,
  mirror: 0.5,
  clutter: [6, 12],
  occluders: [1, 2],
  texture: 0.7,
} as const;

/** Pictures of each category that are drawn of splits nobody looks at. */
const FEW = 2;

/** Adds a second drawn data set to be judged on, with other pictures of the same objects. */
export function withOtherDrawings(settings: StudySettings): StudySettings {
  const [drawing, ...others] = settings.drawings;
  const [test, ...tests] = settings.tests;
  if (!drawing || !test || others.length + tests.length > 0) return settings;
  const { root, options } = drawing;
  const { imagesPerCategory, pairsPerCategory } = options;
  const amount = (test: number): PerSplit => ({
    trn: FEW,
    val: FEW,
    test,
  });
  const other: StudyDrawing = {
    root: `${root}-other`,
    options: {
      ...options,
      seed: options.seed + 1,
      imagesPerCategory: amount(imagesPerCategory?.test ?? DRAWN.images),
      pairsPerCategory: amount(pairsPerCategory?.test ?? DRAWN.pairs),
      drawing: { ...options.drawing, ...OTHER_DRAWING },
    },
  };
  return {
    ...settings,
    drawings: [drawing, other],
    tests: [test, {
      ...test,
      data: other.root,
      name: `${test.name} otherwise`,
    }],
  };
}
