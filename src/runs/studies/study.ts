/**
 * What a study is: runs to be made, and a page drawn from what they gave.
 *
 * @module
 */

import type { PckSpace, PckThreshold } from "../../core/pck.ts";
import type { WriteProceduralOptions } from "../../data/procedural/write_procedural.ts";
import type { ReadPairsOptions } from "../../data/read_pairs.ts";
import type { TrainableScope } from "../../nn/trainable.ts";
import type { ImageSize } from "../load_image.ts";
import type { LogRow } from "../log_row.ts";
import type { ReportTable } from "../report_input.ts";
import type { EvaluationResult } from "../summarize.ts";
import type { TrainConfig } from "../train_config.ts";
import type { PairMaps } from "./pair_maps.ts";
import type { PairMatches, StudyFigure } from "./study_figure.ts";

/** Annotated pairs that models are judged on. */
export interface TestSet extends ReadPairsOptions {
  /** Head of its columns. */
  readonly name: string;
  /** Folder of the data set. */
  readonly data: string;
  /** Which length θ is; the data set's by default. */
  readonly threshold?: PckThreshold;
  /** Pixels that errors and θ are measured in. */
  readonly space: PckSpace;
}

/** A data set that is drawn before the first run, where it is not there yet. */
export interface StudyDrawing {
  /** Its folder. */
  readonly root: string;
  /** What is drawn. */
  readonly options: WriteProceduralOptions;
}

/** What a study is told; each changes in `base` what it compares. */
export interface StudySettings {
  /** Data, backbone, weights and budget of every run. */
  readonly base: TrainConfig;
  /** What models are judged on: the first by all studies, the rest by `transfer`. */
  readonly tests: readonly TestSet[];
  /** Data sets to draw. */
  readonly drawings: readonly StudyDrawing[];
  /** Numbers to sweep: temperatures or learning rates; the study's by default. */
  readonly values?: readonly number[];
  /** Backbones to compare; the study's by default. */
  readonly backbones?: readonly string[];
  /** Adam's rates for the backbone in studies that train both scopes; that of `base` for both by default. */
  readonly rates?: Readonly<Record<TrainableScope, number>>;
  /** Weights of those that do not start from random ones; for the settings' own, those in `base`. */
  readonly backboneWeights?: Readonly<Record<string, string>>;
  /** Pairs that are drawn. */
  readonly drawnPairs: number;
}

/** One evaluation of a model. */
export interface StudyEvaluation {
  /** On which pairs. */
  readonly test: TestSet;
  /** Temperature of the matching: the model's own, or a number > 0. */
  readonly betaEval: "auto" | number;
  /** Size that pictures are resized to. */
  readonly size: ImageSize;
}

/** One model of a study: trained, or as training would find it. */
export interface StudyRun {
  /** Its name, unique in the study. */
  readonly key: string;
  /** Its name on the page. */
  readonly label: string;
  /** What it is, and how it is trained where it is. */
  readonly config: TrainConfig;
  /** Whether it is trained first. */
  readonly isTrained: boolean;
  /** How it is judged, by name. */
  readonly evaluations: Readonly<Record<string, StudyEvaluation>>;
  /** Pairs that its maps are read of; none by default. */
  readonly maps?: { readonly test: TestSet; readonly count: number };
  /** Pairs whose matches are kept to be drawn; none by default. */
  readonly matches?: StudyEvaluation & { readonly count: number };
}

/** What a run gave. */
export interface RunDone {
  /** Tells it apart. */
  readonly kind: "done";
  /** Log of its training; empty where it was not trained. */
  readonly log: readonly LogRow[];
  /** Results by the names of the evaluations. */
  readonly scores: Readonly<Record<string, EvaluationResult>>;
  /** Maps of pairs, where they were asked for. */
  readonly maps: readonly PairMaps[];
  /** Matches of pairs, where they were asked for. */
  readonly matches: readonly PairMatches[];
}

/** A run that ended early; the others are not touched by it. */
export interface RunFailed {
  /** Tells it apart. */
  readonly kind: "failed";
  /** Why. */
  readonly message: string;
}

/** How a run ended. */
export type RunOutcome = RunDone | RunFailed;

/** Outcomes by the keys of the runs. */
export type StudyResults = Readonly<Record<string, RunOutcome>>;

/** What a study shows. */
export interface StudyPage {
  /** The numbers. */
  readonly table: ReportTable;
  /** The picture. */
  readonly figure: StudyFigure;
}

/** A comparison of runs. */
export interface Study {
  /** What it is called on the command line. */
  readonly name: string;
  /** What it shows, in one line. */
  readonly title: string;
  /** Which table or figure of the paper it is. */
  readonly paper: string;
  /** What it changes in settings that were not chosen by hand. */
  readonly budget?: (settings: StudySettings) => StudySettings;
  /** The runs, in the order they are made. */
  readonly runs: (settings: StudySettings) => readonly StudyRun[];
  /** The page, from whatever runs are done; it changes nothing. */
  readonly page: (
    results: StudyResults,
    settings: StudySettings,
  ) => StudyPage;
}
