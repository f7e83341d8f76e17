import { DeviceFailedError } from "./errors.ts";

/** What a runtime does for a backend, with its errors as those of the device. */
export async function runOnDevice<A>(
  backend: string,
  work: () => Promise<A>,
): Promise<A> {
  try {
    return await work();
  } catch (cause) {
    throw new DeviceFailedError(backend, cause);
  }
}
