import { Refusal } from "./_refusal.ts";

/** What went wrong with a download. */
export interface DownloadFailure {
  /** What came in place of the whole file. */
  readonly got: string;
  /** What was thrown, if anything. */
  readonly cause?: unknown;
  /** Status of the answer, where that was it. */
  readonly status?: number;
}

/** Gives up with a `FailedDownload`. */
export function failDownload(
  url: string,
  { file, got, cause, status }: DownloadFailure & { readonly file: string },
): never {
  throw new Refusal({
    _tag: "FailedDownload",
    url,
    file,
    ...(status !== undefined && { status }),
    message: `${url}: must give the whole file: got ${got}`,
    ...(cause !== undefined && { cause }),
  });
}
