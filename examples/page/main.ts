/**
 * The script of the page that `deno task page` serves.
 *
 * @module
 */

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { DescribedImage, OpaqueTensor } from "@simsc/core/runs";
import type { RgbImage } from "@simsc/core/data";
import { drawnPair } from "./drawn_pair.ts";
import { type Adapter, advised, deviceOf, milliseconds } from "./fields.ts";
import type { Heat } from "./heat.ts";
import { listen } from "./listen.ts";
import {
  addPoint,
  forgetMatches,
  foundPoint,
  isBehind,
  NO_POINTS,
  type Points,
} from "./points.ts";
import { pump } from "./pump.ts";
import { openSession, type Session } from "./session.ts";
import { PATHS } from "./settings.ts";
import {
  element,
  showHeat,
  showPicture,
  showPoints,
  showProblem,
  type Side,
  write,
} from "./view.ts";

/** A picture that is shown. */
interface Shown {
  readonly image: RgbImage;
  readonly name: string;
}

const opened = await openSession(location.href)();
if (opened._tag === "Left") {
  write("status", "");
  showProblem(advised(opened.left.message));
} else {
  await run(opened.right);
}

async function run({ settings, backend, matcher, fit }: Session) {
  const pictures: Partial<Record<Side, Shown>> = {};
  const described: Partial<Record<Side, DescribedImage<OpaqueTensor>>> = {};
  /** Features that nothing reads any more once it is the next one's turn. */
  const stale: DescribedImage<OpaqueTensor>[] = [];
  const times: Partial<Record<Side, number>> = {};
  const state: { points: Points; heat: Heat; drawn: number } = {
    points: NO_POINTS,
    heat: "scores",
    drawn: 0,
  };
  let reading = settings.reading;

  const ask = pump<Side | number>(async (key) => {
    try {
      if (typeof key === "number") await match(key);
      else await describe(key);
    } catch (error) {
      showProblem(advised((error as Error).message));
      write("status", "");
    }
    await painted();
  });

  async function describe(side: Side): Promise<void> {
    backend.dispose(stale.splice(0).map(({ features }) => features));
    const picture = pictures[side];
    if (picture === undefined) return;
    const which = side === "source" ? "left" : "right";
    write("status", `Computing the features of the ${which} picture…`);
    await painted();
    const before = performance.now();
    const image = await matcher.describe(fit(picture.image, picture.name));
    times[side] = performance.now() - before;
    // Another picture may have come meanwhile, whose turn is next.
    if (pictures[side] === picture) described[side] = image;
    else stale.push(image);
    const { source = NaN, target = NaN } = times;
    const shown = [source, target].map((time) =>
      Number.isNaN(time) ? "–" : milliseconds(time)
    );
    write("features-time", shown.join(" + "));
    write("status", "Ready.");
    state.points.marked.forEach(({ id }) => ask(id));
  }

  async function match(id: number): Promise<void> {
    const marked = state.points.marked.find((each) => each.id === id);
    const { source, target } = described;
    if (!marked || !source || !target) return;
    const before = performance.now();
    const found = await matcher.match(
      { source, target, points: [marked.at] },
      reading,
    );
    write("match-time", milliseconds(performance.now() - before));
    const [point] = found.points;
    const [map] = found.maps;
    const isCurrent = described.source === source &&
      described.target === target;
    if (!isCurrent || !point || !map) return;
    const { beta } = found;
    change(foundPoint(state.points, id, { ...point, map, beta }));
  }

  function change(points: Points): void {
    state.points = points;
    const { selected, marked } = points;
    const { source, target } = pictures;
    const sizes = {
      ...(source && { source: source.image }),
      ...(target && { target: target.image }),
    };
    showPoints(points, sizes);
    const found = marked.find(({ id }) => id === selected)?.found;
    if (target) showHeat(found, { heat: state.heat, size: target.image });
    write("target-hint", hintOf(points, state.heat));
    if (found) {
      const how = reading.betaEval === "auto" ? "the model's own" : "as chosen";
      write("beta-used", `${Number(found.beta.toPrecision(4))}, ${how}`);
    }
    marked.filter(isBehind).forEach(({ id }) => ask(id));
  }

  function setPicture(side: Side, shown: Shown): void {
    showProblem("");
    pictures[side] = shown;
    const before = described[side];
    if (before) stale.push(before);
    delete described[side];
    showPicture(side, shown.image, shown.name);
    change(side === "source" ? NO_POINTS : forgetMatches(state.points));
    ask(side);
  }

  async function draw(): Promise<void> {
    const wasm = new URL(PATHS.resvg, location.href);
    const drawn = await drawnPair(state.drawn++, { wasm })();
    if (drawn._tag === "Left") {
      showProblem(`${advised(drawn.left.message)} Choose pictures instead.`);
      return;
    }
    const { images: [left, right], names: [one, other], points } = drawn.right;
    setPicture("source", { image: left, name: one });
    setPicture("target", { image: right, name: other });
    change(points.reduce(addPoint, state.points));
  }

  const { backbone } = settings.config;
  write("model", `${settings.name}: ${backbone.name} at ${sizeText(settings)}`);
  const adapter = backend.name.endsWith("-webgpu") ? await gpu() : undefined;
  const device = deviceOf(backend.name, {
    adapter,
    isIsolated: globalThis.crossOriginIsolated,
    cores: navigator.hardwareConcurrency,
  });
  write("backend", `${backend.name}: ${device}`);
  element<HTMLInputElement>("beta").value = String(reading.betaEval);
  element<HTMLSelectElement>("localizer").value = reading.localizer ??
    "kernelSoftArgmax";
  listen({
    points: () => state.points,
    change,
    sizeOf: (side) => pictures[side]?.image,
    setPicture,
    draw,
    hasBeta: settings.hasBeta,
    read: (chosen) => {
      reading = { ...reading, ...chosen };
      state.points.marked.forEach(({ id }) => ask(id));
    },
    show: (heat) => {
      state.heat = heat;
      change(state.points);
    },
  });
  await draw();
}

/** What stands below the right picture. */
function hintOf({ marked, selected }: Points, heat: Heat): string {
  if (marked.length === 0) return "Mark a point on the left first.";
  if (heat === "off" || selected === undefined) return "";
  const what = heat === "scores" ? "scores" : "softmax of the scores at β";
  return `Heat: ${what} of point ${selected}, the lighter the higher.`;
}

function sizeText({ size }: Session["settings"]): string {
  if (size === "original") return "original size";
  return typeof size === "number"
    ? `${size} × ${size}`
    : `at most ${size.maxSide}`;
}

/** What WebGPU says of the GPU. */
async function gpu(): Promise<Adapter | undefined> {
  const { gpu } = navigator as {
    gpu?: { requestAdapter(): Promise<{ info?: Adapter } | null> };
  };
  return (await gpu?.requestAdapter())?.info;
}

/** Lets the browser show what was written before the next computation. */
function painted(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
