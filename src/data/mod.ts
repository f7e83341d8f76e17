/**
 * Data of every kind as plain values: annotated pairs, pictures, weights.
 *
 * Readers return what they read or a {@linkcode DataError} that names the
 * file, the field and what was wanted there. Coordinates are pixels of the
 * stored picture, exactly as the annotation has them.
 *
 * @module
 */

export type { AsyncResult, Failure, Result, Success } from "../core/result.ts";
export { OptionError, ShapeError } from "../core/errors.ts";
export * from "./data_error.ts";
export * from "./files.ts";
export * from "./counted.ts";
export * from "./download.ts";
export * from "./picture_edit.ts";
export * from "./image_pair.ts";
export * from "./rgb_image.ts";
export * from "./safetensors.ts";
export * from "./read_safetensors.ts";
export type * from "./weights/weights_listing.ts";
export * from "./weights/read_weights.ts";
export * from "./weights/weights_family.ts";
export * from "./weights/plan_weights.ts";
export * from "./weights/apply_plan.ts";
export * from "./weights/read_native_weights.ts";
export * from "./weights/rename_plan.ts";
export * from "./weights/unfold_batch_norm.ts";
export * from "./weights/known_weights.ts";
export * from "./weights/fetch_weights.ts";
export * from "./weights/weights_origin.ts";
export * from "./weights/plan_shapes.ts";
export * from "./spair_types.ts";
export * from "./decode_image.ts";
export * from "./read_image.ts";
export * from "./resize_bilinear.ts";
export * from "./normalize_image.ts";
export * from "./scale_keypoints.ts";
export * from "./mat_file.ts";
export * from "./check_pair.ts";
export * from "./mirror_annotation.ts";
export * from "./random_state.ts";
export * from "./edit_annotation.ts";
export * from "./draw_edits.ts";
export * from "./mirror_pair.ts";
export * from "./augment_pair.ts";
export * from "./with_sizes.ts";
export * from "./read_image_size.ts";
export * from "./read_pairs.ts";
export * from "./leak_check.ts";
export * from "./data_report.ts";
export * from "./check_data.ts";
export * from "./write_spair.ts";
export * from "./write_pairs.ts";
export * from "./flow_file.ts";
export * from "./flow_keypoints.ts";
export * from "./read_pair_flow.ts";
export * from "./unpack_archive.ts";
export * from "./data_sources.ts";
export * from "./download_data.ts";
export * from "./procedural/procedural_options.ts";
export * from "./procedural/per_split.ts";
export * from "./procedural/procedural_categories.ts";
export * from "./procedural/procedural_image.ts";
export * from "./procedural/rasterize_svg.ts";
export * from "./procedural/write_procedural.ts";
