/**
 * SimSC: semantic correspondence with temperature learning (arXiv 2305.02385),
 * as pure functions over a small tensor {@linkcode Backend}.
 *
 * The equations of the paper, from feature maps to matched points: normalise
 * and {@linkcode correlate}, read a query's score map with
 * {@linkcode matchMaps}, train with {@linkcode objective}, locate with
 * {@linkcode kernelSoftArgmax}, measure with {@linkcode pck}. Everything is
 * batched, runs on every backend and differentiates through
 * {@linkcode valueAndGrad}.
 *
 * @example Where does the query in the middle of image A lie in image B?
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import {
 *   kernelSoftArgmax,
 *   matchMaps,
 *   referenceBackend,
 * } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * // Feature maps [B, C, h, w]: B is A moved one cell to the right.
 * const featuresA = backend.tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 3, 1, 3]);
 * const featuresB = backend.tensor([0, 1, 0, 0, 0, 1, 1, 0, 0], [1, 3, 1, 3]);
 * const queries = backend.tensor([1, 0], [1, 1, 2]); // (x, y) in cells
 *
 * const maps = matchMaps(backend, { featuresA, featuresB, queries });
 * const match = kernelSoftArgmax(backend, maps, { sigmaCells: 7, beta: 0.02 });
 * const [xy] = await backend.read([match]);
 * deepStrictEqual([...xy!].map(Math.round), [2, 0]);
 * ```
 *
 * @module
 */

export * from "./src/backends/backend.ts";
export * from "./src/backends/errors.ts";
export * from "./src/backends/reference.ts";
export * from "./src/backends/tape.ts";
export * from "./src/core/annealed_sigma.ts";
export * from "./src/core/average_pck.ts";
export * from "./src/core/bilinear_nearest_neighbor.ts";
export * from "./src/core/bilinear_weights.ts";
export * from "./src/core/choose_pose.ts";
export * from "./src/core/coordinates.ts";
export * from "./src/core/correlate.ts";
export * from "./src/core/cross_entropy.ts";
export * from "./src/core/dense_correspondence.ts";
export * from "./src/core/dual_softmax.ts";
export * from "./src/core/end_point_error.ts";
export * from "./src/core/errors.ts";
export * from "./src/core/gaussian_target.ts";
export * from "./src/core/kernel_soft_argmax.ts";
export * from "./src/core/l2_normalize.ts";
export * from "./src/core/locate.ts";
export * from "./src/core/log_softmax.ts";
export * from "./src/core/match_maps.ts";
export * from "./src/core/match_or_reject.ts";
export * from "./src/core/mean_over_pairs.ts";
export * from "./src/core/mirror_points.ts";
export * from "./src/core/mutual_nearest_neighbors.ts";
export * from "./src/core/nearest_neighbor.ts";
export * from "./src/core/objective.ts";
export * from "./src/core/pck.ts";
export * from "./src/core/flow_pck.ts";
export * from "./src/core/pck_dagger.ts";
export * from "./src/core/per_pixel_temperature.ts";
export * from "./src/core/point.ts";
export * from "./src/core/pose_aligned_queries.ts";
export * from "./src/core/positional_directions.ts";
export * from "./src/core/remove_directions.ts";
export * from "./src/core/result.ts";
export * from "./src/core/soft_argmax.ts";
export * from "./src/core/soft_argmax_loss.ts";
export * from "./src/core/soft_mutual_filter.ts";
export * from "./src/core/softmax_map.ts";
export * from "./src/core/square_padding.ts";
export * from "./src/core/temperature.ts";
export * from "./src/core/temperature_regularizer.ts";
export * from "./src/core/window_soft_argmax.ts";
