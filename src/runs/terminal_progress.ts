import { formatProgress, type ProgressEvent } from "./format_progress.ts";

/** The part of a terminal that progress is written to; `process.stderr` is one. */
export interface ProgressStream {
  /** Whether a person is looking. */
  readonly isTTY?: boolean;
  /** Width in characters; 80 where it is missing or 0, as in some emulations. */
  readonly columns?: number;
  /** Writes text. */
  write(text: string): unknown;
}

/** Options of {@linkcode terminalProgress}. */
export interface TerminalProgressOptions {
  /** Shortest time between two drawings of the line in milliseconds, 100 by default. */
  readonly everyMs?: number;
  /** Clock in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
}

/** Draws progress. */
export interface TerminalProgress {
  /** Takes an event; draws it, or keeps it until the line may be drawn again. */
  readonly report: (event: ProgressEvent) => void;
  /** Draws what is pending and ends the line. */
  readonly close: () => void;
}

/**
 * Progress on one line of a terminal that rewrites itself: steps and counts
 * overwrite each other, at most once every `everyMs`; validations and notes
 * stay above it. Lines are cut to the width of the terminal, since a wrapped
 * one cannot be overwritten. In a pipe or a file it writes nothing.
 *
 * @param stream Where to, usually `process.stderr`.
 * @param options Pace and clock.
 * @returns Functions that take events.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { terminalProgress } from "@simsc/core/runs";
 *
 * const seen: string[] = [];
 * const stream = { isTTY: true, columns: 12, write: (text: string) => seen.push(text) };
 * const { report } = terminalProgress(stream);
 * report({ kind: "count", label: "evaluating pairs", done: 1, total: 4 });
 * equal(seen.join(""), "\r\x1b[Kevaluating…");
 * ```
 */
export function terminalProgress(
  stream: ProgressStream,
  options: TerminalProgressOptions = {},
): TerminalProgress {
  if (stream.isTTY !== true) {
    return { report: () => {}, close: () => {} };
  }
  const { everyMs = 100, now = () => performance.now() } = options;
  let drawnAt = -Infinity;
  let pending: ProgressEvent | undefined;
  let isLineOpen = false;

  const draw = (event: ProgressEvent, end: string): void => {
    // One column stays free: some terminals wrap when the last one is filled.
    const line = truncate(formatProgress(event), (stream.columns || 80) - 1);
    stream.write(`\r\x1b[K${line}${end}`);
    isLineOpen = end === "";
  };
  return {
    report: (event) => {
      if (event.kind === "note" || event.kind === "validation") {
        draw(event, "\n");
        return;
      }
      pending = event;
      if (now() - drawnAt < everyMs) return;
      drawnAt = now();
      pending = undefined;
      draw(event, "");
    },
    close: () => {
      if (pending) draw(pending, "");
      pending = undefined;
      if (isLineOpen) stream.write("\n");
      isLineOpen = false;
    },
  };
}

function truncate(line: string, columns: number): string {
  // Control characters, which a file name may hold, would move the cursor.
  const characters = [...line.replaceAll(/\p{Cc}/gu, " ")];
  return characters.length <= columns
    ? characters.join("")
    : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`;
}
