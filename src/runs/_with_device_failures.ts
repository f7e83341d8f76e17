import { DeviceFailedError } from "../backends/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import { left } from "./_result.ts";

/** The task, with a device that fails as its failure and no exception. */
export function withDeviceFailures<E, A>(
  task: AsyncResult<E, A>,
): AsyncResult<E | DeviceFailedError, A> {
  return async () => {
    try {
      return await task();
    } catch (thrown) {
      if (thrown instanceof DeviceFailedError) return left(thrown);
      throw thrown;
    }
  };
}
