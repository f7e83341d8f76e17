import { pause } from "./pause.ts";
import type { Side } from "./side_process.ts";
import { summarize, type Summary } from "./statistics.ts";
import type { Work } from "./work.ts";

/** Memory layouts the peer can be asked for. */
export type PeerLayout = "contiguous" | "channels_last";

/** Both memory layouts. */
export const LAYOUTS: readonly PeerLayout[] = ["contiguous", "channels_last"];

/** What one piece of work took on either side. */
export interface Comparison {
  /** The peer's faster layout. */
  readonly layout: PeerLayout;
  /** Fastest of the peer's uncounted steps in each layout, in ms. */
  readonly layouts: Readonly<Record<PeerLayout, number>>;
  /** The library, in ms. */
  readonly ours: Summary;
  /** The peer, in ms. */
  readonly theirs: Summary;
  /** Our median over theirs; below 1 the library is faster. */
  readonly ratio: number;
  /** Milliseconds of each counted round. */
  readonly times: {
    readonly ours: readonly number[];
    readonly theirs: readonly number[];
  };
}

/** How often a piece of work is done. */
export interface CompareOptions {
  /** The same of both sides. */
  readonly work: Work;
  /** CPU threads of the peer; ours has them from its start. */
  readonly threads: number;
  /** Counted rounds at least. */
  readonly rounds: number;
  /**
   * Seconds that counted rounds go on at least, so that short ones sample the
   * drift of a shared machine; 0 by default.
   */
  readonly seconds?: number;
  /** Uncounted rounds before. */
  readonly warmUp: number;
  /** Rounds that choose the layout, after `warmUp` uncounted ones. */
  readonly layoutRounds: number;
}

/**
 * Times the same work on both sides, round by round in turns, because machines
 * drift; the peer in the faster of its memory layouts, found first.
 */
export async function compareSides(
  { ours, theirs }: { readonly ours: Side; readonly theirs: Side },
  options: CompareOptions,
): Promise<Comparison> {
  const { work, threads, rounds, seconds = 0, warmUp } = options;
  const choice = await fasterLayout(theirs, options);
  const request = { ...work, steps: 1 };
  const peerRequest = { ...request, threads, layout: choice.layout };
  const times = { ours: [] as number[], theirs: [] as number[] };
  let end = 0;
  for (
    let round = -warmUp;
    round < rounds || performance.now() < end;
    round++
  ) {
    if (round === 0) end = performance.now() + seconds * 1000;
    const mine = await timed(ours, request);
    await pause();
    const other = await timed(theirs, peerRequest);
    await pause();
    if (round < 0) continue;
    times.ours.push(mine);
    times.theirs.push(other);
  }
  const [a, b] = [summarize(times.ours), summarize(times.theirs)];
  const ratio = a.median / b.median;
  return { ...choice, ours: a, theirs: b, ratio, times };
}

/**
 * Takes turns here too, and compares the fastest steps: a disturbance must not
 * choose. The other side is idle, so there is no pause.
 */
async function fasterLayout(
  peer: Side,
  { work, threads, warmUp, layoutRounds }: CompareOptions,
): Promise<Pick<Comparison, "layout" | "layouts">> {
  const layouts = { contiguous: Infinity, channels_last: Infinity };
  for (let round = -warmUp; round < layoutRounds; round++) {
    for (const layout of LAYOUTS) {
      const ms = await timed(peer, { ...work, layout, threads, steps: 1 });
      if (round >= 0) layouts[layout] = Math.min(layouts[layout], ms);
    }
  }
  const layout = layouts.contiguous < layouts.channels_last
    ? "contiguous"
    : "channels_last";
  return { layout, layouts };
}

/** Milliseconds of one step: NaN would choose a layout without a word. */
async function timed(side: Side, request: object): Promise<number> {
  const { ms: [ms] } = await side.run(request);
  if (ms !== undefined && Number.isFinite(ms)) return ms;
  throw new RangeError(
    `compareSides(): "ms" must be a finite number: got ${ms}`,
  );
}
