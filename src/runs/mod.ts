/**
 * What a run needs beside functions: checkpoints, the log, progress, the
 * report page, tables, folders and Ctrl-C. Everything here is plain data and
 * functions; the file system is touched only by those that return an
 * `AsyncResult`, and nothing is loaded before it is called.
 *
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { epochOrder, formatLogRow, parseLog } from "@simsc/core/runs";
 *
 * const [first] = epochOrder({ seed: 0, epoch: 0, count: 8 });
 * equal(typeof first, "number");
 *
 * const row = {
 *   kind: "validation",
 *   step: 100,
 *   epoch: 1,
 *   pck: { "0.1": 0.42 },
 *   betaProduct: 0.01,
 * } as const;
 * const parsed = parseLog(formatLogRow(row), "log.jsonl");
 * equal(parsed._tag === "Right" && parsed.right[0]?.step, 100);
 * ```
 *
 * @module
 */

export type {
  Backend,
  BackendMemory,
  CompiledProgram,
  Conv2dFilterGradOptions,
  Conv2dInputGradOptions,
  Conv2dOptions,
  MatMulOptions,
  MaxPool2dOptions,
  Operand,
  Program,
  Shape,
  TensorData,
  TensorMap,
  WindowOptions,
} from "../backends/backend.ts";
export {
  BackendUnavailableError,
  DeviceFailedError,
} from "../backends/errors.ts";
export type { Grid } from "../core/bilinear_weights.ts";
export type { CoordinateOptions, CoordinateRule } from "../core/coordinates.ts";
export type { CrossEntropyOptions, TargetKind } from "../core/cross_entropy.ts";
export type { GaussianWindowOptions } from "../core/gaussian_target.ts";
export { OptionError, ShapeError } from "../core/errors.ts";
export type { PckFractions } from "../core/average_pck.ts";
export type { FlowPckResult } from "../core/flow_pck.ts";
export type { Localizer } from "../core/locate.ts";
export type { ObjectiveOptions } from "../core/objective.ts";
export type { PckResult, PckSpace, PckThreshold } from "../core/pck.ts";
export type { AsyncResult, Failure, Result, Success } from "../core/result.ts";
export type { WindowKind } from "../core/window_soft_argmax.ts";
export type { Temperature, TemperatureMlp } from "../core/temperature.ts";
export type {
  DataError,
  FailedDownload,
  MalformedFile,
  MissingFile,
} from "../data/data_error.ts";
export type {
  DataCounts,
  DataFinding,
  DataReport,
  SplitLeak,
  SplitReport,
} from "../data/data_report.ts";
export type {
  AnnotatedImage,
  Box,
  ImagePair,
  PairDifficulty,
  PairFlow,
  PairSet,
  Point,
} from "../data/image_pair.ts";
export type {
  ColourEdit,
  CropEdit,
  MirrorEdit,
  Picture,
  PictureEdit,
} from "../data/picture_edit.ts";
export type {
  DataFormat,
  ReadingChoices,
  ReadPairsOptions,
} from "../data/read_pairs.ts";
export type {
  PerSplit,
  ProceduralProgress,
} from "../data/procedural/per_split.ts";
export type { ProceduralOptions } from "../data/procedural/procedural_options.ts";
export type { WriteProceduralOptions } from "../data/procedural/write_procedural.ts";
export type { RgbImage } from "../data/rgb_image.ts";
export type { MirrorOptions } from "../data/mirror_annotation.ts";
export type { LeakReport } from "../data/leak_check.ts";
export type { NamedTensor, NamedTensors } from "../data/safetensors.ts";
export type { NameStyle } from "../data/weights/rename_plan.ts";
export type { WeightsFamily } from "../data/weights/weights_family.ts";
export type { WeightsFormat } from "../data/weights/weights_listing.ts";
export type { PixelSize } from "../data/scale_keypoints.ts";
export type { Schedule } from "../nn/learning_rate_factor.ts";
export type { RandomGenerator } from "../nn/random_generator.ts";
export * from "../nn/backbone_config.ts";
export * from "../nn/backbone_geometry.ts";
export type { PositionRule } from "../nn/position_embedding.ts";
export type { ResnetConfig } from "../nn/resnet_config.ts";
export type { TrainableScope } from "../nn/trainable.ts";
export type { VitArchitecture, VitConfig } from "../nn/vit_config.ts";
export * from "./run_error.ts";
export type * from "./json.ts";
export * from "./checkpoint.ts";
export * from "./encode_checkpoint.ts";
export * from "./decode_checkpoint.ts";
export * from "./check_architecture.ts";
export * from "./read_checkpoint.ts";
export * from "./write_checkpoint.ts";
export type * from "./log_row.ts";
export * from "./format_log_row.ts";
export * from "./parse_log.ts";
export * from "./append_log.ts";
export * from "./read_log.ts";
export * from "./resume_log.ts";
export * from "./run_folder.ts";
export * from "./watch_interrupt.ts";
export * from "./epoch_order.ts";
export * from "./format_progress.ts";
export * from "./terminal_progress.ts";
export * from "./format_table.ts";
export * from "./format_data_report.ts";
export * from "./format_evaluation.ts";
export * from "./format_size.ts";
export * from "./paper_table.ts";
export * from "./format_paper_table.ts";
export * from "./create_backend.ts";
export * from "./model.ts";
export * from "./model_shapes.ts";
export * from "./conformance/format_conformance.ts";
export * from "./conformance/reference_case.ts";
export * from "./conformance/run_case.ts";
export * from "./conformance/run_conformance.ts";
export type * from "./report_input.ts";
export * from "./render_report.ts";
export * from "./aborted.ts";
export * from "./backbone_choice.ts";
export * from "./decode_train_config.ts";
export * from "./bootstrap_intervals.ts";
export * from "./compare_evaluations.ts";
export * from "./mc_nemar.ts";
export * from "./pair_statistics.ts";
export * from "./evaluation_inputs.ts";
export * from "./evaluation_outcome.ts";
export * from "./evaluate.ts";
export * from "./evaluate_readings.ts";
export * from "./evaluation_plan.ts";
export * from "./evaluate_models.ts";
export * from "./evaluation_report.ts";
export type { EvaluationComparison } from "./_evaluation_comparisons.ts";
export * from "./match_pair.ts";
export * from "./matcher.ts";
export * from "./draw_match.ts";
export * from "./format_match.ts";
export * from "./is_transferred.ts";
export * from "./load_image.ts";
export * from "./decoding_worker.ts";
export * from "./image_source.ts";
export * from "./predictor.ts";
export type { MatchPrograms, ReadInputs } from "./_match_programs.ts";
export * from "./reading.ts";
export * from "./prepared_image.ts";
export * from "./frozen_features.ts";
export * from "./digest_tensors.ts";
export * from "./initial_model.ts";
export * from "./read_backbone.ts";
export * from "./inspect_weights.ts";
export * from "./format_weights.ts";
export * from "./convert_weights.ts";
export * from "./read_train_config.ts";
export * from "./resume_run.ts";
export * from "./lock_run.ts";
export * from "./start_run.ts";
export * from "./averages.ts";
export * from "./evaluation_table.ts";
export * from "./summarize.ts";
export * from "./train.ts";
export * from "./train_config.ts";
export * from "./train_step.ts";
export * from "./accumulated_step.ts";
export * from "./split_plan.ts";
export * from "./training_batch.ts";
export * from "./augment_plan.ts";
export * from "./training_data.ts";
export * from "./training_state.ts";
export * from "./write_report.ts";
export * from "./export_model.ts";
export * from "./load_model.ts";
export * from "./image_groups.ts";
export * from "./grouped_config.ts";
export type * from "./studies/study.ts";
export type * from "./studies/study_figure.ts";
export type * from "./studies/pair_maps.ts";
export * from "./studies/studies.ts";
export * from "./studies/beta_eval.ts";
export * from "./studies/beta_train.ts";
export * from "./studies/chart_figure.ts";
export * from "./studies/curves.ts";
export * from "./studies/gradients.ts";
export * from "./studies/l2_norm.ts";
export * from "./studies/drawn_settings.ts";
export * from "./studies/qualitative.ts";
export * from "./studies/score_studies.ts";
export * from "./studies/smoothness.ts";
export * from "./studies/run_study.ts";
export * from "./studies/write_study.ts";
