/**
 * The model of the page, on the device it got.
 */

import {
  type DataError,
  decodeSafetensors,
  type RgbImage,
} from "@simsc/core/data";
import {
  type AsyncResult,
  backboneStride,
  type Backend,
  type BackendUnavailableError,
  createBackend,
  createMatcher,
  fitImage,
  type LoadedImage,
  type Matcher,
  type OpaqueTensor,
} from "@simsc/core/runs";
import { type PageSettings, PATHS } from "./settings.ts";

/** A model at work. */
export interface Session {
  /** What the command told. */
  readonly settings: PageSettings;
  /** Where it runs. */
  readonly backend: Backend<OpaqueTensor>;
  /** The model. */
  readonly matcher: Matcher<OpaqueTensor>;
  /** A picture as the model reads it. */
  readonly fit: (image: RgbImage, name: string) => LoadedImage;
}

/**
 * Fetches the model and starts a backend for it.
 *
 * @param base Folder of the page.
 * @returns The model at work, or what is missing.
 */
export function openSession(
  base: string,
): AsyncResult<DataError | BackendUnavailableError | Error, Session> {
  const get = async (path: string): Promise<Response> => {
    const response = await fetch(new URL(path, base));
    if (response.ok) return response;
    throw new Error(`fetch of ${path}: ${response.status}`);
  };
  return async () => {
    try {
      const [settings, weights] = await Promise.all([
        get(PATHS.settings).then((found) => found.json()),
        get(PATHS.weights).then((found) => found.arrayBuffer()),
      ]) as [PageSettings, ArrayBuffer];
      const { config, size, coordinates } = settings;
      const decoded = decodeSafetensors(
        new Uint8Array(weights),
        PATHS.weights,
      );
      if (decoded._tag === "Left") return decoded;
      const wasmPaths = new URL(PATHS.wasm, base).href;
      const created = await createBackend(settings.backend, { wasmPaths })();
      if (created._tag === "Left") return created;
      const model = { config, parameters: decoded.right.tensors };
      const stride = backboneStride(config.backbone);
      return {
        _tag: "Right",
        right: {
          settings,
          backend: created.right,
          matcher: createMatcher(created.right, { model, coordinates }),
          fit: (image, path) => fitImage(image, { path, size, stride }),
        },
      };
    } catch (error) {
      return { _tag: "Left", left: error as Error };
    }
  };
}
