import { Refusal } from "./_refusal.ts";

/** Gives up with a `FailedDownload`. */
export function failDownload(
  url: string,
  file: string,
  got: string,
  cause?: unknown,
  status?: number,
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
