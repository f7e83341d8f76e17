/**
 * What a backend refuses: a device that is not there or fails, an operation it
 * lacks, a tensor without numbers.
 *
 * @module
 */

/** A backend cannot run here; `missing` names what it needs. */
export class BackendUnavailableError extends Error {
  /** Class name, for logs. */
  override readonly name = "BackendUnavailableError";

  /** Tells it apart in a union of errors. */
  readonly _tag = "BackendUnavailable";

  /** Backend that was asked for. */
  readonly backend: string;

  /** What is not there. */
  readonly missing: string;

  /** Builds the message. */
  constructor(backend: string, missing: string, options?: ErrorOptions) {
    super(`backend "${backend}" is not available: ${missing}`, options);
    this.backend = backend;
    this.missing = missing;
  }
}

/** A device failed at work that it had taken: its memory ran out, or a limit of it was met. */
export class DeviceFailedError extends Error {
  /** Class name, for logs. */
  override readonly name = "DeviceFailedError";

  /** Tells it apart in a union of errors. */
  readonly _tag = "DeviceFailed";

  /** Backend of the device. */
  readonly backend: string;

  /** Builds the message out of what the runtime said. */
  constructor(backend: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`backend "${backend}" failed: ${reason}`, { cause });
    this.backend = backend;
  }
}

/** A backend has no way to run an operation. */
export class UnsupportedOperationError extends Error {
  /** Class name, for logs. */
  override readonly name = "UnsupportedOperationError";

  /** Builds the message. */
  constructor(backend: string, operation: string) {
    super(`backend "${backend}" has no operation "${operation}"`);
  }
}

/** A tensor has no numbers any more, or never had any on this backend. */
export class DisposedTensorError extends TypeError {
  /** Class name, for logs. */
  override readonly name = "DisposedTensorError";

  /** Builds the message. */
  constructor() {
    super("the tensor was disposed or is of another backend");
  }
}
